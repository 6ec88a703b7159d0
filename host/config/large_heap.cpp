#include "config/large_heap.hpp"

#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <limits>

namespace dream::config {

namespace {

constexpr std::size_t large_file = std::size_t{1} << 20U;
constexpr std::size_t largest_file = std::size_t{64} << 20U;

/// What a file of one byte takes as text, values and workspace.
constexpr std::size_t growth = 7;

/// Pieces above the allocator's largest threshold are mapped on their own whatever it is told.
constexpr int largest_threshold = 32 << 20;

constexpr std::uintptr_t large_page = std::uintptr_t{2} << 20U;

}  // namespace

void expect_large_heap(std::size_t file_size) {
  if (file_size < large_file || file_size > largest_file) return;
  ::mallopt(M_MMAP_THRESHOLD, largest_threshold);
  ::mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
  ::mallopt(M_TOP_PAD, static_cast<int>(growth * file_size));
  // The next piece that doesn't fit makes the heap grow by all of it at once, in one range of addresses.
  auto* const before = static_cast<char*>(::sbrk(0));
  void* volatile piece = std::malloc(large_file);  // volatile: a pair that does nothing would be left out
  std::free(piece);
  const auto* const after = static_cast<char*>(::sbrk(0));
  char* const begin =
      before + (large_page - reinterpret_cast<std::uintptr_t>(before) % large_page) % large_page;
  if (after > begin) ::madvise(begin, static_cast<std::size_t>(after - begin), MADV_HUGEPAGE);
}

}  // namespace dream::config
