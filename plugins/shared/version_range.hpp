#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Versions and ranges of versions as npm, pnpm, yarn, bun, Deno and JSR have them (semver.org, and
/// node-semver's ranges).
namespace dream::plugins {

struct Version {
  std::uint64_t major = 0, minor = 0, patch = 0;
  std::vector<std::string> prerelease = {};  ///< "beta", "2" of 1.0.0-beta.2
};

/// Nothing: it is none. Build metadata is dropped.
[[nodiscard]] std::optional<Version> parse_version(std::string_view text);

/// A set of versions: "^1.2", "~1.2.3", ">=1 <3", "1.x", "1.2 - 2", "1 || 2".
class VersionRange {
 public:
  /// Nothing: it is none.
  static std::optional<VersionRange> parse(std::string_view text);

  /// A prerelease only where the range names one of the same three numbers.
  [[nodiscard]] bool allows(const Version& version) const;

  /// The least version that is allowed, or that isn't.
  struct Bound {
    enum class Kind : std::uint8_t { from, above, below, up_to } kind{};
    Version version;
  };

 private:
  std::vector<std::vector<Bound>> alternatives_;  ///< one of them, and of that all
};

}  // namespace dream::plugins
