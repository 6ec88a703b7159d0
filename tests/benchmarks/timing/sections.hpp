#pragma once

#include "table.hpp"

/// What is measured, one file each.
namespace dream::timing {

/// dream with one step, against a shell alone and against make.
void measure_start_up(Table& table);
/// Many short steps at once, against make and against a loop that does nothing else.
void measure_fan_out(Table& table);
/// The end of many running steps, against a loop that kills and waits.
void measure_stop(Table& table);
/// What many quiet steps cost while nothing happens.
void measure_idle(Table& table);
/// How exactly delays are kept, against the kernel's own sleep.
void measure_delay(Table& table);

}  // namespace dream::timing
