#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "output/renderer.hpp"

namespace dream::output {

/// A renderer whose bytes somebody else hears, too, before they are shown.
[[nodiscard]] std::unique_ptr<Renderer> make_overheard(
    std::unique_ptr<Renderer> next, std::function<void(StepIndex, Stream, std::string_view)> hear);

}  // namespace dream::output
