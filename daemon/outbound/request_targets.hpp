// Whether a URL can be called, and how messages name where it leads.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>

namespace navette::outbound {

/// Remembers the origins that were good: the same few come again and again. Not thread-safe.
class RequestTargets {
  public:
    /// "host:port" of an http or https URL; nothing where libcurl cannot use it.
    [[nodiscard]] std::optional<std::string> read(const std::string& url);

  private:
    std::unordered_map<std::string, std::string> known_;  // by origin as written, without user info
};

}  // namespace navette::outbound
