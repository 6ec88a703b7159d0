#pragma once

#include <cstddef>

namespace dream::config {

/// Tells the allocator that a file of this size is going to be read. A large one takes several times its size
/// in small pieces, and without this a third of the time goes into mapping them page by page. Only a hint;
/// small files change nothing.
void expect_large_heap(std::size_t file_size);

}  // namespace dream::config
