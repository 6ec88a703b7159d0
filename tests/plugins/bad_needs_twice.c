/* Fault: tells the same need twice. */
#include "needy_parts.h"
NEEDY_ENTRY(for (int time = 0; time < 2 && has_manifest(project); ++time)
                tell_need(on_needed, context, dream_text("/srv/other"), DREAM_NEED_RUNTIME))
