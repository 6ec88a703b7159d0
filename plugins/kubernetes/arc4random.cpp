/// std::random_device, by which Beast seeds the masks of its WebSockets, calls this function of glibc 2.36,
/// which is newer than what dream needs.

#include <sys/random.h>

#include <cstdint>
#include <cstdlib>

extern "C" std::uint32_t arc4random() noexcept {
  std::uint32_t number = 0;
  while (::getrandom(&number, sizeof number, 0) != sizeof number) {
  }
  return number;
}
