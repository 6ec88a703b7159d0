#pragma once

#include "output/renderer.hpp"

namespace dream::output {

/// Which steps are; the others are shown as in the mode prefix.
enum class Grouped : std::uint8_t { all, front };

/// The mode grouped: what a step wrote is kept in `spool_folder` and shown at the step's end, whole, below a
/// heading; what failed steps wrote is shown last of all. If it can't be kept, what there is, is shown at
/// once, and from then on it goes as in the mode prefix.
[[nodiscard]] std::unique_ptr<Renderer> make_grouped_renderer(boost::asio::io_context& context,
                                                              Console& console, const Plan& plan,
                                                              Grouped which, Colors colors,
                                                              const std::function<void()>& on_room,
                                                              const std::string& spool_folder);

}  // namespace dream::output
