/* Fault: its schema takes arrays, and options are an object. */
#include "good_parts.h"
DREAM_BAD_ENTRY(table.options_schema = dream_text("{\"type\": \"array\"}"))
