// Dolibarr's own web application firewall, which reads every URL before anything else.
#pragma once

#include <string_view>

namespace navette::standin {

/// Whether a URL is refused with 403 text/html. Both parts come as sent, percent-encoded.
bool refused_by_waf(std::string_view path, std::string_view query);

}  // namespace navette::standin
