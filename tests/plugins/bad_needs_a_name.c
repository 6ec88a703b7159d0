/* Fault: tells the name of what is needed, and not its folder. */
#include "needy_parts.h"
NEEDY_ENTRY(if (has_manifest(project)) tell_need(on_needed, context, dream_text("other"), DREAM_NEED_RUNTIME))
