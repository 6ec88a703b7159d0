#pragma once

#include <functional>

namespace dream::process {

/// Calls `body` on another thread than this, the first one, which waits meanwhile, and returns what it
/// returns or throws. Whatever starts processes belongs in there: the kernel gives orphans to the first
/// thread of their new parent, so that this one's children are orphans and nothing else, however many tasks
/// and plugins' own processes run. Signals go to the other thread. Where no thread can be had, this one calls
/// `body`; all works then, but the dead of a plugin's own processes may be taken for orphans.
int leave_first_thread_to_orphans(const std::function<int()>& body);

}  // namespace dream::process
