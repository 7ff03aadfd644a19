#include "tests/standin/site_kind.hpp"

#include "tests/standin/dolibarr_kind.hpp"
#include "tests/standin/dolibarr_relay.hpp"
#include "tests/standin/hubspot_site.hpp"
#include "tests/standin/pipedrive_site.hpp"
#include "tests/standin/salesforce_site.hpp"
#include "tests/standin/shopify_site.hpp"
#include "tests/standin/woocommerce_site.hpp"
#include "tests/standin/zendesk_site.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace navette::standin {

std::string SiteOptions::text(const std::string& name, const std::string& fallback) const {
    const auto found = values_.find(name);
    return found == values_.end() ? fallback : found->second;
}

long SiteOptions::number(const std::string& name, long fallback) const {
    const auto found = values_.find(name);
    if (found == values_.end()) {
        return fallback;
    }
    long value = 0;
    const auto* end = found->second.data() + found->second.size();
    const auto [rest, error] = std::from_chars(found->second.data(), end, value);
    if (error != std::errc() || rest != end) {
        throw std::invalid_argument("option " + name + ": " + found->second + " is no whole number");
    }
    return value;
}

bool SiteOptions::flag(const std::string& name, bool fallback) const {
    const auto value = text(name, fallback ? "true" : "false");
    if (value != "true" && value != "false") {
        throw std::invalid_argument("option " + name + ": " + value + " is neither true nor false");
    }
    return value == "true";
}

const std::vector<SiteKind>& site_kinds() {
    static const std::vector<SiteKind> kinds{
        dolibarr_kind(),
        dolibarr_relay_kind(),
        hubspot_kind(),
        pipedrive_kind(),
        salesforce_kind(),
        shopify_kind(),
        woocommerce_kind(),
        zendesk_kind(),
    };
    return kinds;
}

const SiteKind& site_kind(std::string_view slug) {
    const auto found = std::ranges::find(site_kinds(), slug, &SiteKind::slug);
    if (found == site_kinds().end()) {
        std::string names;
        for (const auto& kind : site_kinds()) {
            names += (names.empty() ? "" : ", ") + kind.slug;
        }
        throw std::invalid_argument("no stand-in of " + std::string(slug) + "; there are: " + names);
    }
    return *found;
}

}  // namespace navette::standin
