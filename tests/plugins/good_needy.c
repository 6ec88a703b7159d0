/* A plugin without a fault that needs an option. */
#include "good_parts.h"
DREAM_BAD_ENTRY(table.options_schema = dream_text(
                    "{\"type\": \"object\", \"properties\": {\"socket\": {\"type\": \"string\"}}, "
                    "\"required\": [\"socket\"]}"))
