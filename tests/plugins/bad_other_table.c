/* Fault: gives another table at each handshake. */
#include "good_parts.h"
const dream_plugin* dream_plugin_v1(const dream_handshake* handshake) {
  static dream_plugin tables[2] = {GOOD_TABLE, GOOD_TABLE};
  static int turn;
  (void)handshake;
  return &tables[turn++ % 2];
}
