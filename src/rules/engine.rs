//! The one engine that runs every rule: the language, the native functions, and a limit on each thing a rule may spend.

use rhai::{
    Engine, OptimizationLevel,
    packages::{
        ArithmeticPackage, BasicArrayPackage, BasicIteratorPackage, BasicMapPackage,
        BasicMathPackage, BasicStringPackage, LogicPackage, MoreStringPackage, Package,
    },
};

use super::{host::Host, native, steps, view};

// What a run holds at most: 128 KiB of text, 4,096 elements and 512 keys in a value, times 64 variables, times 16 calls within
// calls. The language measures a value when it is assigned whole and when a method has changed it, with all that lies within it.
// It does not measure what is assigned to an element (`a[i] = text`): there the steps are the bound, a new text for each four of them.

/// Steps of one rule on one listing. Steps, not seconds: the same rule ends at the same step on every machine.
pub(super) const OPERATIONS: u64 = 20_000;
/// Steps of one run beyond which `rules check` names the rule, where it does not say itself: a tenth of what ends a run.
pub(super) const BUDGET: u64 = OPERATIONS / 10;
/// Functions calling functions.
pub(super) const CALLS: usize = 16;
/// Bytes of all texts in one value.
pub(super) const TEXT: usize = 128 * 1024;
/// Elements of a list.
pub(super) const ELEMENTS: usize = 4_096;
/// Keys of a map.
pub(super) const KEYS: usize = 512;
/// Variables at once.
pub(super) const VARIABLES: usize = 64;

/// An engine without eval, import, print, debug, clock or randomness.
pub(super) fn engine() -> Engine {
    host().engine
}

/// The same, with its functions by name.
pub(super) fn host() -> Host {
    let mut engine = Engine::new_raw();
    engine
        .register_global_module(ArithmeticPackage::new().as_shared_module())
        .register_global_module(LogicPackage::new().as_shared_module())
        .register_global_module(BasicMathPackage::new().as_shared_module())
        .register_global_module(BasicStringPackage::new().as_shared_module())
        .register_global_module(MoreStringPackage::new().as_shared_module())
        .register_global_module(BasicIteratorPackage::new().as_shared_module())
        .register_global_module(BasicArrayPackage::new().as_shared_module())
        .register_global_module(BasicMapPackage::new().as_shared_module());
    for symbol in ["eval", "import", "export", "print", "debug"] {
        engine.disable_symbol(symbol);
    }
    engine
        .set_strict_variables(true)
        .set_fail_on_invalid_map_property(true)
        .set_optimization_level(OptimizationLevel::None)
        .set_max_operations(OPERATIONS)
        .set_max_call_levels(CALLS)
        .set_max_expr_depths(64, 48)
        .set_max_string_size(TEXT)
        .set_max_array_size(ELEMENTS)
        .set_max_map_size(KEYS)
        .set_max_variables(VARIABLES)
        .set_max_functions(64)
        .set_max_modules(0)
        .on_progress(steps::count);
    let mut host = Host::of(engine);
    view::register(&mut host);
    native::register(&mut host);
    native::bounds::register(&mut host.engine);
    host
}
