/* Fault: takes only a handshake of the size that it knows. */
#include "good_parts.h"
const dream_plugin* dream_plugin_v1(const dream_handshake* handshake) {
  static dream_plugin table = GOOD_TABLE;
  if (handshake->size == sizeof *handshake) return &table;
  refuse(handshake->errors, "this handshake has another size");
  return NULL;
}
