/* Fault: is made for a dream that doesn't exist yet. */
#include <dream/abi.h>
DREAM_EXPORT const void* dream_plugin_v2(const void* handshake);
const void* dream_plugin_v2(const void* handshake) {
  return handshake;
}
