/* Fault: NULL without a reason. */
#include <dream/abi.h>
const dream_plugin* dream_plugin_v1(const dream_handshake* handshake) {
  (void)handshake;
  return NULL;
}
