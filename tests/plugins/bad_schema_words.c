/* Fault: its schema believes in a word that nobody enforces. */
#include "good_parts.h"
DREAM_BAD_ENTRY(table.options_schema = dream_text("{\"properties\": {\"mode\": {\"const\": \"fast\"}}}"))
