#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "plugin/trust.hpp"

namespace dream::plugin {

/// What the file of the confirmations has in it.
[[nodiscard]] std::string confirmations_text(const Confirmations& confirmations);

/// The confirmations that such a text is; none: it is damaged.
[[nodiscard]] std::optional<Confirmations> read_confirmations(std::string_view text);

}  // namespace dream::plugin
