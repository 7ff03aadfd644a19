// Notes and descriptions as Dolibarr keeps them: HTML, also where nobody wrote any. Pure.
#pragma once

#include <string>
#include <string_view>

namespace navette::dolibarr {

/// The text that was written: Dolibarr 22 stores "R&D < 5" as "R&amp;D &lt; 5" (observed on 22.0.4), in
/// descriptions, notes and order lines. A text with tags is HTML that somebody wrote, and is told as it is.
[[nodiscard]] std::string written_text(std::string_view stored);

}  // namespace navette::dolibarr
