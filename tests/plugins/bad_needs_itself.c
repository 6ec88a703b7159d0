/* Fault: tells that a project needs itself. */
#include "needy_parts.h"
NEEDY_ENTRY(if (has_manifest(project)) tell_need(on_needed, context, project->directory, DREAM_NEED_RUNTIME))
