/* Fault: is made for a dream that no longer exists. */
#include <dream/abi.h>
DREAM_EXPORT const void* dream_plugin_v0(const void* handshake);
const void* dream_plugin_v0(const void* handshake) {
  return handshake;
}
