// A request's header lines as libcurl takes them.
#pragma once

#include <curl/curl.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace navette::outbound {

/// One piece of memory for all lines instead of two for each. Neither copied nor moved once listed.
class HeaderLines {
  public:
    HeaderLines() = default;
    HeaderLines(const HeaderLines&) = delete;
    HeaderLines& operator=(const HeaderLines&) = delete;

    /// A header, also one without a value.
    void add(std::string_view name, std::string_view value);

    /// Has libcurl leave out a header that it would add by itself.
    void leave_out(std::string_view name);

    /// The list for CURLOPT_HTTPHEADER, owned by this object; nothing is added afterwards.
    [[nodiscard]] curl_slist* list();

  private:
    std::string text_;  // lines with a NUL behind each
    std::vector<std::size_t> begins_;
    std::vector<curl_slist> nodes_;
};

}  // namespace navette::outbound
