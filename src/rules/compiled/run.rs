//! Running what was made ready.

use rhai::{Array, Dynamic, Engine, GlobalRuntimeState, INT, NativeCallContext};

use super::{
    Answer, Call, Left, Node, Otherwise, Over, Program, Step,
    values::{at, held, key, said},
};
use crate::rules::{
    native::outcome::Outcome,
    rest::Asked,
    trace::Note,
    view::{Item, SellerOf, field, fields::DAY},
};

/// Nodes of one run: what takes more is left to the interpreter, which counts steps as the limits are written. It takes less
/// than ten steps for what is one node here, so that no run that ends here would have come to its limit there.
const NODES: u32 = 1_000;

type Ready<T> = Result<T, Left>;

/// Where runs on one listing take place.
pub(in crate::rules) struct Bench<'r> {
    engine: &'r Engine,
    global: GlobalRuntimeState,
    item: &'r Item,
    day: Option<usize>,
    /// Somebody wants to know what the runs look at.
    noting: bool,
    /// The listing, then the variables of the run.
    places: Vec<Dynamic>,
    nodes: u32,
}

enum Flow {
    On,
    Break,
    Continue,
    Answer(usize),
    Flag(Dynamic),
}

impl<'r> Bench<'r> {
    /// For runs that look at `item`.
    pub(in crate::rules) fn new(engine: &'r Engine, item: &'r Item) -> Self {
        let mut global = engine.new_global_runtime_state();
        global.tag = Dynamic::from(item.clone());
        Self {
            engine,
            places: vec![global.tag.clone()],
            global,
            item,
            day: field(DAY),
            noting: item.notes(),
            nodes: 0,
        }
    }

    pub(in crate::rules) fn item(&self) -> &'r Item {
        self.item
    }

    /// The rule's answer, where the run was an ordinary one.
    pub(in crate::rules) fn run<'p>(&mut self, program: &'p Program) -> Ready<&'p Answer> {
        match self.end(program)? {
            Flow::Answer(number) => program.answers.get(number).ok_or(Left::Unready),
            _ => Err(Left::Unready),
        }
    }

    /// The same for a rule that flags, where what it looks at is noted.
    pub(in crate::rules) fn flag(&mut self, program: &Program) -> Ready<Outcome> {
        match self.end(program)? {
            Flow::Flag(outcome) => outcome.try_cast().ok_or(Left::Unready),
            _ => Err(Left::Unready),
        }
    }

    fn end(&mut self, program: &Program) -> Ready<Flow> {
        self.nodes = NODES;
        self.places.truncate(1);
        self.places.resize(program.places, Dynamic::UNIT);
        self.steps(&program.body)
    }

    fn steps(&mut self, steps: &[Step]) -> Ready<Flow> {
        for step in steps {
            let flow = match step {
                Step::Answer(number) => Flow::Answer(*number),
                Step::Set(place, node) => {
                    self.places[*place] = held(self.value(node)?)?;
                    Flow::On
                }
                Step::If(met, body, branch) => match self.met(met)? {
                    true => self.steps(body)?,
                    false => self.steps(branch)?,
                },
                Step::Each {
                    list,
                    each,
                    number,
                    body,
                } => {
                    let list = self.list(list)?;
                    self.each(list, *each, *number, body)?
                }
                Step::Break => Flow::Break,
                Step::Continue => Flow::Continue,
                Step::Flag(_) if !self.noting => return Err(Left::Flag),
                Step::Flag(flag) => Flow::Flag(self.value(flag)?),
                Step::Leave => return Err(Left::Unready),
            };
            if !matches!(flow, Flow::On) {
                return Ok(flow);
            }
        }
        Ok(Flow::On)
    }

    fn each(
        &mut self,
        list: Array,
        each: usize,
        number: Option<usize>,
        body: &[Step],
    ) -> Ready<Flow> {
        for (count, value) in list.into_iter().enumerate() {
            self.count()?;
            self.places[each] = value;
            if let Some(number) = number {
                self.places[number] = INT::try_from(count).unwrap_or(INT::MAX).into();
            }
            match self.steps(body)? {
                Flow::On | Flow::Continue => {}
                Flow::Break => break,
                end @ (Flow::Answer(_) | Flow::Flag(_)) => return Ok(end),
            }
        }
        Ok(Flow::On)
    }

    fn count(&mut self) -> Ready<()> {
        self.nodes = self.nodes.checked_sub(1).ok_or(Left::Unready)?;
        Ok(())
    }

    fn list(&mut self, node: &Node) -> Ready<Array> {
        self.value(node)?.into_array().map_err(|_| Left::Unready)
    }

    fn met(&mut self, node: &Node) -> Ready<bool> {
        self.count()?;
        match node {
            Node::Not(inner) => Ok(!self.met(inner)?),
            Node::All(all) => {
                for one in all {
                    if !self.met(one)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Node::Any(all) => {
                for one in all {
                    if self.met(one)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Node::Compare(how, pair) => {
                let (one, two) = self.both(pair)?;
                let (a, b) = self.looked((&pair.0, &one), (&pair.1, &two))?;
                how.between(a, b).ok_or(Left::Unready)
            }
            other => self.value(other)?.as_bool().map_err(|_| Left::Unready),
        }
    }

    /// The values that are not simply there.
    fn both(&mut self, pair: &(Node, Node)) -> Ready<(Option<Dynamic>, Option<Dynamic>)> {
        Ok((self.made(&pair.0)?, self.made(&pair.1)?))
    }

    fn made(&mut self, node: &Node) -> Ready<Option<Dynamic>> {
        match self.there(node) {
            Some(_) => {
                self.note(node);
                self.count().map(|()| None)
            }
            None => self.value(node).map(Some),
        }
    }

    fn note(&self, node: &Node) {
        if let (true, Node::Field(number)) = (self.noting, node) {
            self.item.note(Note::Read(*number));
        }
    }

    fn looked<'v>(
        &'v self,
        one: (&'v Node, &'v Option<Dynamic>),
        two: (&'v Node, &'v Option<Dynamic>),
    ) -> Ready<(&'v Dynamic, &'v Dynamic)> {
        let look = |(node, made): (&'v Node, &'v Option<Dynamic>)| {
            made.as_ref()
                .or_else(|| self.there(node))
                .ok_or(Left::Unready)
        };
        Ok((look(one)?, look(two)?))
    }

    /// A value that can be looked at where it is.
    fn there<'v>(&'v self, node: &'v Node) -> Option<&'v Dynamic> {
        match node {
            Node::Value(value) => Some(value),
            Node::Place(place) => self.places.get(*place),
            Node::Field(number) if Some(*number) != self.day => self.item.sheet().value(*number),
            _ => None,
        }
    }

    fn value(&mut self, node: &Node) -> Ready<Dynamic> {
        self.count()?;
        Ok(match node {
            Node::Field(number) => {
                if Some(*number) == self.day {
                    self.item.asked(Asked::Day);
                }
                self.note(node);
                let value = self.item.sheet().value(*number);
                value.ok_or(Left::Unready)?.clone()
            }
            Node::Value(_) | Node::Place(_) => self.there(node).ok_or(Left::Unready)?.clone(),
            Node::Seller => Dynamic::from(SellerOf(self.item.clone())),
            Node::List(all) => {
                let values: Ready<Array> = all.iter().map(|node| self.value(node)).collect();
                values?.into()
            }
            Node::Call(call) => self.call(call)?,
            Node::Word(word, arguments) => {
                let mut values = [Dynamic::UNIT, Dynamic::UNIT];
                for (value, node) in values.iter_mut().zip(arguments) {
                    *value = self.value(node)?;
                }
                let [first, second] = &values;
                said(*word, first, Some(second)).ok_or(Left::Unready)?
            }
            Node::With(parts) => {
                let (first, then) = &**parts;
                for (place, node) in first {
                    self.places[*place] = self.value(node)?;
                }
                self.value(then)?
            }
            Node::Over(over, parts) => self.over(*over, parts)?,
            Node::At(pair) => {
                let (one, two) = self.both(pair)?;
                let (list, index) = self.looked((&pair.0, &one), (&pair.1, &two))?;
                at(list, index).ok_or(Left::Unready)?
            }
            Node::Compute(how, pair) => {
                let (one, two) = self.both(pair)?;
                let (a, b) = self.looked((&pair.0, &one), (&pair.1, &two))?;
                how.between(a, b).ok_or(Left::Unready)?
            }
            Node::Either(parts) => {
                let (met, body, branch) = &**parts;
                match self.met(met)? {
                    true => self.value(body)?,
                    false => self.value(branch)?,
                }
            }
            Node::First(all) => {
                let mut value = Dynamic::UNIT;
                for one in all {
                    value = self.value(one)?;
                    if !value.is_unit() {
                        break;
                    }
                }
                value
            }
            Node::Compare(..) | Node::Not(_) | Node::All(_) | Node::Any(_) => {
                self.met(node)?.into()
            }
            Node::Leave => return Err(Left::Unready),
        })
    }

    fn over(&mut self, over: Over, parts: &(Node, usize, Node)) -> Ready<Dynamic> {
        let (list, place, with) = parts;
        let mut made = Array::new();
        for value in self.list(list)? {
            self.places[*place] = value;
            let answer = self.value(with)?;
            // What is neither true nor false counts as false.
            let holds = answer.as_bool().unwrap_or(false);
            match over {
                Over::Map => made.push(answer),
                Over::Filter if holds => made.push(std::mem::take(&mut self.places[*place])),
                Over::Some if holds => return Ok(true.into()),
                Over::All if !holds => return Ok(false.into()),
                _ => {}
            }
        }
        match over {
            Over::Filter | Over::Map => held(made.into()),
            Over::Some => Ok(false.into()),
            Over::All => Ok(true.into()),
        }
    }

    fn call(&mut self, call: &Call) -> Ready<Dynamic> {
        let mut values = [const { Dynamic::UNIT }; MOST];
        let values = values.get_mut(..call.arguments.len());
        let (first, rest) = values
            .and_then(|v| v.split_first_mut())
            .ok_or(Left::Unready)?;
        // A variable is lent to what only looks at it.
        let mut place = None;
        match call.arguments.first() {
            Some(Node::Place(number)) => place = Some(*number),
            Some(node) => *first = self.value(node)?,
            None => return Err(Left::Unready),
        }
        for (value, node) in rest.iter_mut().zip(call.arguments.iter().skip(1)) {
            *value = self.value(node)?;
        }
        self.count()?;
        let Self {
            engine,
            global,
            places,
            ..
        } = self;
        let mut first = match place {
            Some(number) => places.get_mut(number).ok_or(Left::Unready)?,
            None => first,
        };
        let mut fitting = call.ways.iter().filter(|way| way.takes(first, rest));
        let (way, other) = (fitting.next(), fitting.next());
        let Some(way) = way.filter(|_| other.is_none()) else {
            let found = match call.otherwise.filter(|_| other.is_none()) {
                Some(Otherwise::Word(word)) => said(word, first, rest.first()),
                Some(Otherwise::Key) => key(first, &call.name),
                None => None,
            };
            return found.ok_or(Left::Unready);
        };
        let mut own;
        if place.is_some() && !way.lent {
            own = first.clone();
            first = &mut own;
        }
        let at = Some(NativeCallContext::new_with_all_fields(
            engine, &call.name, None, global, call.at,
        ));
        let answer = match rest {
            [] => (way.call)(at, &mut [first]),
            [a] => (way.call)(at, &mut [first, a]),
            [a, b] => (way.call)(at, &mut [first, a, b]),
            [a, b, c] => (way.call)(at, &mut [first, a, b, c]),
            _ => return Err(Left::Unready),
        };
        held(answer.map_err(|_| Left::Unready)?)
    }
}

/// Values that a function takes at most.
const MOST: usize = 4;
