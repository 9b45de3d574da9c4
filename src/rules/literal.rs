//! A rule's constants, read from the parsed text without running any of it.

use rhai::{AST, ASTFlags, Dynamic, Expr, Position, Stmt};

/// A constant as it stands in the text, with the places of its keys.
#[derive(Clone, Copy, Debug)]
pub(super) struct Literal<'a>(pub &'a Expr);

/// The value of `const NAME = …`; none where the rule has no such constant.
pub(super) fn constant<'a>(ast: &'a AST, name: &str) -> Option<(Position, Literal<'a>)> {
    ast.statements()
        .iter()
        .find_map(|statement| match statement {
            Stmt::Var(var, flags, position)
                if flags.contains(ASTFlags::CONSTANT) && var.0.name == name =>
            {
                Some((*position, Literal(&var.1)))
            }
            _ => None,
        })
}

/// The first statement outside a function that is neither `RULE` nor `TESTS`.
pub(super) fn loose_statement(ast: &AST) -> Option<Position> {
    ast.statements()
        .iter()
        .find_map(|statement| match statement {
            Stmt::Var(var, flags, _)
                if flags.contains(ASTFlags::CONSTANT)
                    && ["RULE", "TESTS"].contains(&var.0.name.as_str()) =>
            {
                None
            }
            Stmt::Noop(_) => None,
            other => Some(other.position()),
        })
}

impl<'a> Literal<'a> {
    pub(super) fn position(self) -> Position {
        self.0.start_position()
    }

    /// Keys with their places and values; none where this is no map.
    pub(super) fn entries(self) -> Option<Vec<(&'a str, Position, Self)>> {
        let Expr::Map(map, _) = self.0 else {
            return None;
        };
        Some(
            map.0
                .iter()
                .map(|(key, value)| (key.name.as_str(), key.pos, Literal(value)))
                .collect(),
        )
    }

    /// Elements; none where this is no list.
    pub(super) fn elements(self) -> Option<Vec<Self>> {
        match self.0 {
            Expr::Array(items, _) => Some(items.iter().map(Literal).collect()),
            _ => None,
        }
    }

    /// The value; none where something in it would have to be computed.
    pub(super) fn value(self) -> Option<Dynamic> {
        self.0.get_literal_value(None)
    }

    /// The innermost place that would have to be computed.
    pub(super) fn computed(self) -> Option<Position> {
        if self.value().is_some() {
            return None;
        }
        let inner = self
            .entries()
            .map(|entries| entries.into_iter().map(|(_, _, value)| value).collect())
            .or_else(|| self.elements())
            .unwrap_or_default();
        inner
            .into_iter()
            .find_map(Self::computed)
            .or_else(|| Some(self.position()))
    }

    /// The text; none for any other kind of value.
    pub(super) fn text(self) -> Option<String> {
        super::view::values::string(&self.value()?)
    }

    /// One text, or a list of texts, each with its place.
    pub(super) fn texts(self) -> Option<Vec<(String, Position)>> {
        let one = |literal: Self| Some((literal.text()?, literal.position()));
        match self.elements() {
            Some(items) => items.into_iter().map(one).collect(),
            None => one(self).map(|text| vec![text]),
        }
    }
}
