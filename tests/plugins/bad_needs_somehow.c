/* Fault: tells a kind of need that doesn't exist. */
#include "needy_parts.h"
NEEDY_ENTRY(if (has_manifest(project)) tell_need(on_needed, context, dream_text("/srv/other"), 99))
