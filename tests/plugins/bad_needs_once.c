/* Fault: tells what is needed only when it is asked for the first time. */
#include "needy_parts.h"
static int asked;
NEEDY_ENTRY(if (has_manifest(project) && asked++ == 0)
                tell_need(on_needed, context, dream_text("/srv/other"), DREAM_NEED_RUNTIME))
