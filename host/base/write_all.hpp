#pragma once

#include <filesystem>
#include <string_view>

namespace dream {

/// Writes all bytes to a descriptor that blocks. 0, or the errno of what went wrong.
[[nodiscard]] int write_all(int descriptor, std::string_view bytes);

/// Makes a file with these bytes where there is none (else EEXIST), whole or not at all. 0, or the errno of
/// what went wrong.
[[nodiscard]] int write_new_file(const std::filesystem::path& file, std::string_view bytes);

}  // namespace dream
