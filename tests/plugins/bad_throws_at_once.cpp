// Fault: lets an exception out of its entry function.
#include <dream/abi.h>
const dream_plugin* dream_plugin_v1(const dream_handshake*) {
  throw "no";
}
