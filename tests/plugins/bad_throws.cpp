// Fault: lets an exception out of start. C++14, whose function types can't promise that there is none.
#include "good_parts.h"
static dream_status start_throws(dream_executor*, const dream_task*, dream_run**, dream_errors*) {
  throw 42;
}
DREAM_BAD_ENTRY(table.start = start_throws)
