#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "record/run_record.hpp"

namespace dream::record {

/// What the file of a record has in it.
[[nodiscard]] std::string record_text(const RunRecord& record);

/// The record that such a text is; none: this dream doesn't understand it.
[[nodiscard]] std::optional<RunRecord> read_record(std::string_view text);

}  // namespace dream::record
