// Made by plugin_api/rust/generate from the C headers, which say what each item means.

pub const DREAM_ABI_MAJOR: u32 = 1;
pub const DREAM_ABI_MINOR: u32 = 1;
pub const DREAM_OK: dream_status = 0;
pub const DREAM_STARTING: dream_status = 1;
pub const DREAM_AGAIN: dream_status = 2;
pub const DREAM_E_FAILED: dream_status = -1;
pub const DREAM_E_OPTIONS: dream_status = -2;
pub const DREAM_E_NOT_FOUND: dream_status = -3;
pub const DREAM_E_NOT_EXECUTABLE: dream_status = -4;
pub const DREAM_E_UNSUPPORTED: dream_status = -5;
pub const DREAM_E_INVALID: dream_status = -6;
pub const DREAM_E_STALE: dream_status = -7;
pub const DREAM_E_THREAD: dream_status = -8;
pub const DREAM_E_INTERNAL: dream_status = -9;
pub const DREAM_COMMAND_NONE: u32 = 0;
pub const DREAM_COMMAND_LINE: u32 = 1;
pub const DREAM_COMMAND_ARGV: u32 = 2;
pub const DREAM_TASK_PTY: u32 = 1;
pub const DREAM_TASK_OWN_SIGNAL: u32 = 2;
pub const DREAM_TASK_TELL_READY: u32 = 4;
pub const DREAM_EXIT_CODE: u32 = 1;
pub const DREAM_EXIT_SIGNAL: u32 = 2;
pub const DREAM_EXIT_LOST: u32 = 3;
pub const DREAM_GRACEFUL: u32 = 0;
pub const DREAM_FORCE: u32 = 1;
pub const DREAM_PHASE_STARTING: u32 = 0;
pub const DREAM_PHASE_RUNNING: u32 = 1;
pub const DREAM_PHASE_STOPPING: u32 = 2;
pub const DREAM_PHASE_EXITED: u32 = 3;
pub const DREAM_PLUGIN_TELLS_READY: u32 = 1;
pub const DREAM_PLUGIN_RUNS_ELSEWHERE: u32 = 2;
pub const DREAM_ENTRY: &[u8; 16usize] = b"dream_plugin_v1\0";
pub const DREAM_DEPENDS_ID: &[u8; 16usize] = b"dream.depends/1\0";
pub const DREAM_NEED_RUNTIME: u32 = 0;
pub const DREAM_NEED_PEER: u32 = 1;
pub const DREAM_NEED_DEVELOPMENT: u32 = 2;
pub const DREAM_NEED_OPTIONAL: u32 = 3;
pub const DREAM_DESCRIBE_ID: &[u8; 17usize] = b"dream.describe/1\0";
pub const DREAM_DISCOVER_ID: &[u8; 17usize] = b"dream.discover/1\0";
pub const DREAM_HEALTH_ID: &[u8; 15usize] = b"dream.health/1\0";
pub const DREAM_TASK_ASK_HEALTH: u32 = 8;
pub const DREAM_INSIDE_ID: &[u8; 15usize] = b"dream.inside/1\0";
pub const DREAM_REAP_ID: &[u8; 13usize] = b"dream.reap/1\0";
pub const DREAM_LOG_ID: &[u8; 12usize] = b"dream.log/1\0";
pub const DREAM_LOG_DEBUG: u32 = 0;
pub const DREAM_LOG_INFO: u32 = 1;
pub const DREAM_LOG_WARNING: u32 = 2;
pub const DREAM_LOG_ERROR: u32 = 3;
pub const DREAM_OUTPUT_ID: &[u8; 15usize] = b"dream.output/1\0";
pub const DREAM_STDOUT: u32 = 1;
pub const DREAM_STDERR: u32 = 2;
pub const DREAM_PATHS_ID: &[u8; 14usize] = b"dream.paths/1\0";
pub const DREAM_POST_ID: &[u8; 13usize] = b"dream.post/1\0";
pub const DREAM_PROCESS_ID: &[u8; 16usize] = b"dream.process/1\0";
pub const DREAM_CHILD_PTY: u32 = 1;
pub const DREAM_TIMER_ID: &[u8; 14usize] = b"dream.timer/1\0";
pub const DREAM_WORK_ID: &[u8; 13usize] = b"dream.work/1\0";
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct dream_str {
    pub data: *const ::std::os::raw::c_char,
    pub size: usize,
}
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct dream_strs {
    pub data: *const dream_str,
    pub count: usize,
}
pub type dream_status = i32;
pub type dream_run_id = u64;
pub type dream_child_id = u64;
pub type dream_timer_id = u64;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct dream_executor {
    _unused: [u8; 0],
}
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct dream_run {
    _unused: [u8; 0],
}
#[repr(C)]
pub struct dream_errors {
    pub size: u32,
    pub fail: ::std::option::Option<
        unsafe extern "C" fn(
            self_: *mut dream_errors,
            code: dream_status,
            where_: dream_str,
            message: dream_str,
            hint: dream_str,
        ) -> dream_status,
    >,
}
#[repr(C)]
pub struct dream_host {
    pub size: u32,
    pub abi_minor: u32,
    pub version: dream_str,
    pub service: ::std::option::Option<
        unsafe extern "C" fn(
            self_: *const dream_host,
            id: *const ::std::os::raw::c_char,
        ) -> *const ::std::os::raw::c_void,
    >,
    pub started:
        ::std::option::Option<unsafe extern "C" fn(self_: *const dream_host, run: dream_run_id)>,
    pub start_failed: ::std::option::Option<
        unsafe extern "C" fn(
            self_: *const dream_host,
            run: dream_run_id,
            code: dream_status,
            where_: dream_str,
            message: dream_str,
            hint: dream_str,
        ),
    >,
    pub left_behind: ::std::option::Option<
        unsafe extern "C" fn(self_: *const dream_host, run: dream_run_id, what: dream_str),
    >,
    pub ready:
        ::std::option::Option<unsafe extern "C" fn(self_: *const dream_host, run: dream_run_id)>,
}
#[repr(C)]
pub struct dream_handshake {
    pub size: u32,
    pub abi_major: u32,
    pub abi_minor: u32,
    pub version: dream_str,
    pub errors: *mut dream_errors,
}
#[repr(C)]
pub struct dream_project {
    pub size: u32,
    pub root: dream_str,
    pub path: dream_str,
    pub directory: dream_str,
    pub options: dream_str,
}
#[repr(C)]
pub struct dream_task {
    pub size: u32,
    pub flags: u32,
    pub run: dream_run_id,
    pub name: dream_str,
    pub command_kind: u32,
    pub stop_signal: i32,
    pub grace_ms: u64,
    pub command_line: dream_str,
    pub command_argv: dream_strs,
    pub arguments: dream_strs,
    pub directory: dream_str,
    pub environment: dream_strs,
    pub options: dream_str,
    pub own_environment: dream_strs,
    pub ready_limit_ms: u64,
}
#[repr(C)]
pub struct dream_exit {
    pub size: u32,
    pub kind: u32,
    pub value: i32,
    pub text: dream_str,
}
pub type dream_on_exit = ::std::option::Option<
    unsafe extern "C" fn(context: *mut ::std::os::raw::c_void, exit: *const dream_exit),
>;
#[repr(C)]
pub struct dream_state {
    pub size: u32,
    pub phase: u32,
    pub pid: i64,
    pub exit_kind: u32,
    pub exit_value: i32,
    pub detail: dream_str,
}
#[repr(C)]
pub struct dream_plugin {
    pub size: u32,
    pub abi_minor: u32,
    pub id: dream_str,
    pub version: dream_str,
    pub summary: dream_str,
    pub homepage: dream_str,
    pub options_schema: dream_str,
    pub create: ::std::option::Option<
        unsafe extern "C" fn(
            host: *const dream_host,
            project: *const dream_project,
            executor: *mut *mut dream_executor,
            errors: *mut dream_errors,
        ) -> dream_status,
    >,
    pub destroy: ::std::option::Option<unsafe extern "C" fn(executor: *mut dream_executor)>,
    pub start: ::std::option::Option<
        unsafe extern "C" fn(
            executor: *mut dream_executor,
            task: *const dream_task,
            run: *mut *mut dream_run,
            errors: *mut dream_errors,
        ) -> dream_status,
    >,
    pub wait: ::std::option::Option<
        unsafe extern "C" fn(
            run: *mut dream_run,
            on_exit: dream_on_exit,
            context: *mut ::std::os::raw::c_void,
        ) -> dream_status,
    >,
    pub terminate: ::std::option::Option<
        unsafe extern "C" fn(
            run: *mut dream_run,
            urgency: u32,
            errors: *mut dream_errors,
        ) -> dream_status,
    >,
    pub status: ::std::option::Option<
        unsafe extern "C" fn(run: *const dream_run, state: *mut dream_state) -> dream_status,
    >,
    pub release: ::std::option::Option<unsafe extern "C" fn(run: *mut dream_run)>,
    pub extension: ::std::option::Option<
        unsafe extern "C" fn(id: *const ::std::os::raw::c_char) -> *const ::std::os::raw::c_void,
    >,
    pub abilities: u32,
}
#[repr(C)]
pub struct dream_needed_project {
    pub size: u32,
    pub kind: u32,
    pub folder: dream_str,
}
pub type dream_on_needed = ::std::option::Option<
    unsafe extern "C" fn(context: *mut ::std::os::raw::c_void, needed: *const dream_needed_project),
>;
#[repr(C)]
pub struct dream_depends {
    pub size: u32,
    pub projects: ::std::option::Option<
        unsafe extern "C" fn(
            host: *const dream_host,
            project: *const dream_project,
            on_needed: dream_on_needed,
            context: *mut ::std::os::raw::c_void,
            errors: *mut dream_errors,
        ) -> dream_status,
    >,
}
pub type dream_on_line = ::std::option::Option<
    unsafe extern "C" fn(context: *mut ::std::os::raw::c_void, line: dream_str),
>;
#[repr(C)]
pub struct dream_describe {
    pub size: u32,
    pub describe: ::std::option::Option<
        unsafe extern "C" fn(
            executor: *mut dream_executor,
            task: *const dream_task,
            on_line: dream_on_line,
            context: *mut ::std::os::raw::c_void,
            errors: *mut dream_errors,
        ) -> dream_status,
    >,
}
#[repr(C)]
pub struct dream_found_task {
    pub size: u32,
    pub reserved: u32,
    pub name: dream_str,
    pub summary: dream_str,
    pub source: dream_str,
    pub unusable: u32,
}
pub type dream_on_found = ::std::option::Option<
    unsafe extern "C" fn(context: *mut ::std::os::raw::c_void, task: *const dream_found_task),
>;
#[repr(C)]
pub struct dream_discover {
    pub size: u32,
    pub tasks: ::std::option::Option<
        unsafe extern "C" fn(
            host: *const dream_host,
            project: *const dream_project,
            on_found: dream_on_found,
            context: *mut ::std::os::raw::c_void,
            errors: *mut dream_errors,
        ) -> dream_status,
    >,
    pub tool: ::std::option::Option<
        unsafe extern "C" fn(
            host: *const dream_host,
            project: *const dream_project,
            errors: *mut dream_errors,
        ) -> dream_status,
    >,
}
pub type dream_on_health = ::std::option::Option<
    unsafe extern "C" fn(context: *mut ::std::os::raw::c_void, healthy: u32, why: dream_str),
>;
#[repr(C)]
pub struct dream_health {
    pub size: u32,
    pub ask: ::std::option::Option<
        unsafe extern "C" fn(
            run: *mut dream_run,
            limit_ms: u32,
            on_health: dream_on_health,
            context: *mut ::std::os::raw::c_void,
            errors: *mut dream_errors,
        ) -> dream_status,
    >,
}
#[repr(C)]
pub struct dream_inside_command {
    pub size: u32,
    pub limit_ms: u32,
    pub argv: dream_strs,
}
pub type dream_on_inside = ::std::option::Option<
    unsafe extern "C" fn(
        context: *mut ::std::os::raw::c_void,
        exit: *const dream_exit,
        output: dream_str,
    ),
>;
#[repr(C)]
pub struct dream_inside {
    pub size: u32,
    pub run: ::std::option::Option<
        unsafe extern "C" fn(
            run: *mut dream_run,
            command: *const dream_inside_command,
            on_inside: dream_on_inside,
            context: *mut ::std::os::raw::c_void,
            errors: *mut dream_errors,
        ) -> dream_status,
    >,
}
#[repr(C)]
pub struct dream_dead_run {
    pub size: u32,
    pub limit_ms: u32,
    pub session: dream_str,
    pub root: dream_str,
    pub options: dream_strs,
}
#[repr(C)]
pub struct dream_reap {
    pub size: u32,
    pub reap: ::std::option::Option<
        unsafe extern "C" fn(
            host: *const dream_host,
            run: *const dream_dead_run,
            errors: *mut dream_errors,
        ) -> dream_status,
    >,
}
#[repr(C)]
pub struct dream_log {
    pub size: u32,
    pub write: ::std::option::Option<
        unsafe extern "C" fn(host: *const dream_host, level: u32, message: dream_str),
    >,
    pub enabled:
        ::std::option::Option<unsafe extern "C" fn(host: *const dream_host, level: u32) -> i32>,
}
pub type dream_on_writable =
    ::std::option::Option<unsafe extern "C" fn(context: *mut ::std::os::raw::c_void)>;
#[repr(C)]
pub struct dream_output {
    pub size: u32,
    pub write: ::std::option::Option<
        unsafe extern "C" fn(
            host: *const dream_host,
            run: dream_run_id,
            stream: u32,
            bytes: dream_str,
        ) -> dream_status,
    >,
    pub when_writable: ::std::option::Option<
        unsafe extern "C" fn(
            host: *const dream_host,
            run: dream_run_id,
            on_writable: dream_on_writable,
            context: *mut ::std::os::raw::c_void,
        ) -> dream_status,
    >,
}
#[repr(C)]
pub struct dream_paths {
    pub size: u32,
    pub state: ::std::option::Option<
        unsafe extern "C" fn(
            host: *const dream_host,
            path: *mut dream_str,
            errors: *mut dream_errors,
        ) -> dream_status,
    >,
    pub cache: ::std::option::Option<
        unsafe extern "C" fn(
            host: *const dream_host,
            path: *mut dream_str,
            errors: *mut dream_errors,
        ) -> dream_status,
    >,
    pub root: ::std::option::Option<unsafe extern "C" fn(host: *const dream_host) -> dream_str>,
    pub session: ::std::option::Option<unsafe extern "C" fn(host: *const dream_host) -> dream_str>,
}
pub type dream_on_loop =
    ::std::option::Option<unsafe extern "C" fn(context: *mut ::std::os::raw::c_void)>;
#[repr(C)]
pub struct dream_post {
    pub size: u32,
    pub call: ::std::option::Option<
        unsafe extern "C" fn(
            host: *const dream_host,
            on_loop: dream_on_loop,
            context: *mut ::std::os::raw::c_void,
        ) -> dream_status,
    >,
}
pub type dream_on_output = ::std::option::Option<
    unsafe extern "C" fn(context: *mut ::std::os::raw::c_void, stream: u32, bytes: dream_str),
>;
#[repr(C)]
pub struct dream_child {
    pub size: u32,
    pub flags: u32,
    pub run: dream_run_id,
    pub argv: dream_strs,
    pub directory: dream_str,
    pub environment: dream_strs,
    pub stop_signal: i32,
    pub on_exit: dream_on_exit,
    pub on_output: dream_on_output,
    pub context: *mut ::std::os::raw::c_void,
    pub relays: dream_strs,
}
#[repr(C)]
pub struct dream_process {
    pub size: u32,
    pub spawn: ::std::option::Option<
        unsafe extern "C" fn(
            host: *const dream_host,
            child: *const dream_child,
            id: *mut dream_child_id,
            errors: *mut dream_errors,
        ) -> dream_status,
    >,
    pub terminate: ::std::option::Option<
        unsafe extern "C" fn(
            host: *const dream_host,
            id: dream_child_id,
            urgency: u32,
            errors: *mut dream_errors,
        ) -> dream_status,
    >,
    pub pid: ::std::option::Option<
        unsafe extern "C" fn(host: *const dream_host, id: dream_child_id) -> i64,
    >,
    pub pause: ::std::option::Option<
        unsafe extern "C" fn(
            host: *const dream_host,
            id: dream_child_id,
            stream: u32,
        ) -> dream_status,
    >,
    pub resume: ::std::option::Option<
        unsafe extern "C" fn(
            host: *const dream_host,
            id: dream_child_id,
            stream: u32,
        ) -> dream_status,
    >,
}
pub type dream_on_time =
    ::std::option::Option<unsafe extern "C" fn(context: *mut ::std::os::raw::c_void)>;
#[repr(C)]
pub struct dream_timer {
    pub size: u32,
    pub now: ::std::option::Option<unsafe extern "C" fn(host: *const dream_host) -> u64>,
    pub start: ::std::option::Option<
        unsafe extern "C" fn(
            host: *const dream_host,
            deadline: u64,
            on_time: dream_on_time,
            context: *mut ::std::os::raw::c_void,
            id: *mut dream_timer_id,
        ) -> dream_status,
    >,
    pub cancel:
        ::std::option::Option<unsafe extern "C" fn(host: *const dream_host, id: dream_timer_id)>,
}
pub type dream_do_work =
    ::std::option::Option<unsafe extern "C" fn(context: *mut ::std::os::raw::c_void)>;
pub type dream_on_done = ::std::option::Option<
    unsafe extern "C" fn(context: *mut ::std::os::raw::c_void, status: dream_status),
>;
#[repr(C)]
pub struct dream_work {
    pub size: u32,
    pub run: ::std::option::Option<
        unsafe extern "C" fn(
            host: *const dream_host,
            do_work: dream_do_work,
            on_done: dream_on_done,
            context: *mut ::std::os::raw::c_void,
        ) -> dream_status,
    >,
    pub stopping: ::std::option::Option<unsafe extern "C" fn(host: *const dream_host) -> i32>,
}
