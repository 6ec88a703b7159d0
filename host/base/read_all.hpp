#pragma once

#include <cstddef>
#include <string>

#include "base/result.hpp"

namespace dream {

/// The whole of a file, from its begin, wherever its offset stands; what its size says doesn't count, so that
/// files of /proc are whole, too. Error{io}, without a place: it can't be read, or has more than `most`
/// bytes.
[[nodiscard]] Result<std::string> read_all(int file, std::size_t most);

/// What can be read of a file of the system; empty if nothing can.
[[nodiscard]] std::string file_text(const std::string& path);

}  // namespace dream
