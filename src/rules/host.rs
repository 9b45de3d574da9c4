//! The engine with the functions of this host, and the same functions by name: what compiled scripts call.

use std::{
    any::TypeId,
    collections::{BTreeMap, HashMap},
    fmt,
    sync::Arc,
};

use rhai::{
    Dynamic, Engine, EvalAltResult, ImmutableString, NativeCallContext, RhaiNativeFunc, Variant,
};

/// A function as the engine keeps it: the values that it takes are of the kinds that it asks for.
pub(super) type Call = dyn Fn(Option<NativeCallContext>, &mut [&mut Dynamic]) -> Result<Dynamic, Box<EvalAltResult>>
    + Send
    + Sync;

/// A function of this host for certain kinds of values.
#[derive(Clone)]
pub(super) struct Native {
    kinds: Vec<TypeId>,
    pub call: rhai::Shared<Call>,
    /// Its first value is lent rather than given.
    pub lent: bool,
}

impl Native {
    /// Whether it takes values of these kinds.
    pub(super) fn takes(&self, first: &Dynamic, rest: &[Dynamic]) -> bool {
        let any = TypeId::of::<Dynamic>();
        let mut pairs = self.kinds.iter().zip(std::iter::once(first).chain(rest));
        pairs.all(|(kind, value)| *kind == any || *kind == value.type_id())
    }
}

impl fmt::Debug for Native {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Native")
            .field("takes", &self.kinds.len())
            .finish_non_exhaustive()
    }
}

/// The functions of this host by name; a field is a function too, under the name that the language gives it.
#[derive(Debug, Default)]
pub(super) struct Natives {
    /// By name and number of values; every call of every rule shares them.
    functions: HashMap<String, BTreeMap<usize, Arc<[Native]>>>,
    ready: HashMap<String, Ready>,
}

/// Makes of a constant what a function would make of it in each run; none where the function would complain.
pub(super) type Ready = fn(&Dynamic) -> Option<Dynamic>;

impl Natives {
    /// The functions of a name that take so many values.
    pub(super) fn functions(&self, name: &str, count: usize) -> Arc<[Native]> {
        let all = self.functions.get(name).and_then(|all| all.get(&count));
        all.cloned().unwrap_or_default()
    }

    fn put(&mut self, name: &str, native: Option<Native>) {
        let Some(native) = native else {
            return;
        };
        let all = self.functions.entry(name.to_owned()).or_default();
        let alike = all.entry(native.kinds.len()).or_default();
        *alike = alike.iter().cloned().chain([native]).collect();
    }

    /// What is made of constants that a function takes.
    pub(super) fn ready(&self, name: &str) -> Option<Ready> {
        self.ready.get(name).copied()
    }

    /// What reads a field of that name.
    pub(super) fn fields(&self, name: &str) -> Arc<[Native]> {
        self.functions(&reader(name), 1)
    }
}

/// What the language calls the function that reads a field.
fn reader(field: &str) -> String {
    format!("get${field}")
}

/// An engine that is being furnished.
pub(super) struct Host {
    pub engine: Engine,
    pub natives: Natives,
}

impl Host {
    pub(super) fn of(engine: Engine) -> Self {
        let natives = Natives::default();
        Self { engine, natives }
    }

    pub(super) fn register_type_with_name<T: Variant + Clone>(&mut self, name: &str) {
        self.engine.register_type_with_name::<T>(name);
    }

    pub(super) fn register_fn<
        A: 'static,
        const N: usize,
        const X: bool,
        R: Variant + Clone,
        const F: bool,
    >(
        &mut self,
        name: &str,
        function: impl RhaiNativeFunc<A, N, X, R, F> + Clone + Send + Sync + 'static,
    ) {
        self.natives.put(name, native(function.clone()));
        self.engine.register_fn(name, function);
    }

    /// A function that scripts know already, for constants made `ready`.
    pub(super) fn register_ready<
        A: 'static,
        const N: usize,
        const X: bool,
        R: Variant + Clone,
        const F: bool,
    >(
        &mut self,
        name: &str,
        ready: Ready,
        function: impl RhaiNativeFunc<A, N, X, R, F>,
    ) {
        self.natives.put(name, native(function));
        self.natives.ready.insert(name.to_owned(), ready);
    }

    /// The value of a field.
    pub(super) fn register_get<A: 'static, const X: bool, R: Variant + Clone, const F: bool>(
        &mut self,
        name: &str,
        read: impl RhaiNativeFunc<A, 1, X, R, F> + Clone + Send + Sync + 'static,
    ) {
        self.register_fn(&reader(name), read);
    }
}

fn native<A: 'static, const N: usize, const X: bool, R: 'static, const F: bool, FUNC>(
    function: FUNC,
) -> Option<Native>
where
    FUNC: RhaiNativeFunc<A, N, X, R, F>,
{
    let kinds = FUNC::param_types().map(as_held).to_vec();
    let function = function.into_rhai_function(true, false);
    Some(Native {
        kinds,
        call: function.get_native_fn()?.clone(),
        lent: function.is_method(),
    })
}

/// The kind under which a value is held: all texts are held as one.
fn as_held(kind: TypeId) -> TypeId {
    let text = TypeId::of::<ImmutableString>();
    match kind == TypeId::of::<&str>() || kind == TypeId::of::<String>() {
        true => text,
        false => kind,
    }
}
