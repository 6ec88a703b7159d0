//! The plugin interface of dream: bindings made from its C headers, which say what each item means, on which thread it
//! may be called, and who owns what. Beside them stands what the headers have as macros and inline functions.
//!
//! A plugin is a `cdylib` that exports `dream_plugin_v1`. Build it with `panic = "abort"`: a panic may not leave a
//! function that dream calls.
#[allow(non_camel_case_types)]
mod abi;

pub use abi::*;

/// A `dream_str` of a text; it borrows the text, which has to live as long as the header of its user says.
pub const fn dream_text(text: &str) -> dream_str {
    dream_str { data: text.as_ptr() as *const _, size: text.len() }
}

/// The bytes of a `dream_str`: UTF-8 by contract, which nobody has checked.
///
/// # Safety
/// Valid as long as what was borrowed: in most cases until the call that passed it returns.
pub unsafe fn dream_bytes<'a>(text: dream_str) -> &'a [u8] {
    if text.size == 0 {
        return &[];
    }
    std::slice::from_raw_parts(text.data as *const u8, text.size)
}

/// Whether the struct that a pointer points to reaches as far as a member, so that it may be read or written.
#[macro_export]
macro_rules! dream_has {
    ($pointer:expr, $member:ident) => {{
        let pointer = $pointer;
        let end = std::ptr::addr_of!((*pointer).$member).add(1) as usize;
        end - pointer as usize <= (*pointer).size as usize
    }};
}

/// A service of the host by its id, `DREAM_TIMER_ID`, or None where this host doesn't have it.
///
/// # Safety
/// `host` is what `create` got, and `Table` is the struct that the header of the service names.
pub unsafe fn dream_service<Table>(host: *const dream_host, id: &'static [u8]) -> Option<&'static Table> {
    let service = (*host).service?;
    (service(host, id.as_ptr() as *const _) as *const Table).as_ref()
}

/// Zero means "as before this member existed": what a plugin fills begins so.
macro_rules! zero_by_default {
    ($($filled:ty),*) => { $(
        impl Default for $filled {
            fn default() -> Self {
                unsafe { std::mem::zeroed() }
            }
        }
    )* };
}
zero_by_default!(dream_str, dream_strs, dream_child, dream_exit, dream_found_task, dream_needed_project, dream_plugin);

// Tables of functions and texts that never change: they may stand in a `static`.
unsafe impl Sync for dream_plugin {}
unsafe impl Sync for dream_depends {}
unsafe impl Sync for dream_describe {}
unsafe impl Sync for dream_discover {}
unsafe impl Sync for dream_inside {}
unsafe impl Sync for dream_health {}
unsafe impl Sync for dream_reap {}
