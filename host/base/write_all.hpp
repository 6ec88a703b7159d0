#pragma once

#include <filesystem>
#include <string_view>

namespace dream {

/// Writes all bytes, and waits as long as there is no room: whoever shares the descriptor may have made it
/// non-blocking. 0, or the errno of what went wrong.
[[nodiscard]] int write_all(int descriptor, std::string_view bytes);
/// The same for a descriptor of one's own that doesn't block, and for who must not be held up: EAGAIN where
/// there is no room. (One that blocks holds up all the same.)
[[nodiscard]] int write_unless_full(int descriptor, std::string_view bytes);

/// Makes a file with these bytes where there is none (else EEXIST), whole or not at all. 0, or the errno of
/// what went wrong.
[[nodiscard]] int write_new_file(const std::filesystem::path& file, std::string_view bytes);

/// Puts these bytes in the place of a file that is there: whoever opens it finds the old or the new ones,
/// each whole. Mode and owner stay. 0, or the errno of what went wrong; then the file is as it was.
[[nodiscard]] int replace_file(const std::filesystem::path& file, std::string_view bytes);

}  // namespace dream
