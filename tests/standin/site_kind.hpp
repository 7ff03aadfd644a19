// The platforms that have a stand-in, and what one is made from.
#pragma once

#include "tests/standin/effects.hpp"
#include "tests/standin/outbox.hpp"
#include "tests/standin/platform.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace navette::standin {

/// What a stand-in is started with: "token" -> "t-1". Each <platform>_site.hpp lists the names it knows.
class SiteOptions {
  public:
    SiteOptions() = default;
    SiteOptions(std::initializer_list<std::pair<const std::string, std::string>> values) : values_(values) {}

    void set(const std::string& name, std::string value) { values_[name] = std::move(value); }
    [[nodiscard]] std::string text(const std::string& name, const std::string& fallback) const;
    /// Throws std::invalid_argument where the value is no whole number.
    [[nodiscard]] long number(const std::string& name, long fallback) const;
    /// "true" or "false"; throws otherwise.
    [[nodiscard]] bool flag(const std::string& name, bool fallback) const;

  private:
    std::map<std::string, std::string> values_;
};

/// What every stand-in gets. The borrowed parts outlive the site.
struct SiteParts {
    SiteOptions options;
    Effects& effects;
    Outbox& outbox;
};

struct SiteKind {
    std::string slug;                       // "hubspot"
    std::vector<std::string> record_kinds;  // what effects are counted of: "contacts", "deals"
    std::function<std::unique_ptr<Platform>(SiteParts)> make;
};

/// All platforms.
const std::vector<SiteKind>& site_kinds();

/// Throws std::invalid_argument, naming those there are, where there is none of that name.
const SiteKind& site_kind(std::string_view slug);

}  // namespace navette::standin
