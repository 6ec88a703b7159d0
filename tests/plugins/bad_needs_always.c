/* Fault: tells that a folder without a manifest needs something. */
#include "needy_parts.h"
NEEDY_ENTRY(tell_need(on_needed, context, dream_text("/srv/other"), DREAM_NEED_RUNTIME))
