#include "daemon/config/checks.hpp"

#include "daemon/config/number.hpp"

#include <arpa/inet.h>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace navette::config {
namespace {

constexpr std::size_t kLongestName = 63;

bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_letter(char c) {
    return is_lower(c) || (c >= 'A' && c <= 'Z');
}
bool is_plain(char c) {
    return is_lower(c) || is_digit(c) || c == '_';
}

}  // namespace

Verdict not_empty(const std::string& text) {
    return text.empty() ? Verdict(Complaint{"is empty", "a value"}) : Verdict();
}

Verdict dashed_name(const std::string& text) {
    const bool fits =
        !text.empty() && text.size() <= kLongestName && text.front() != '-' &&
        std::ranges::all_of(text, [](char c) { return is_lower(c) || is_digit(c) || c == '-'; });
    return fits ? Verdict()
                : Complaint{
                      "is not a name", "at most 63 lower-case letters, digits and -, such as lumira-orders"
                  };
}

Verdict plain_name(const std::string& text) {
    const bool fits = !text.empty() && text.size() <= kLongestName && is_lower(text.front()) &&
                      std::ranges::all_of(text, is_plain);
    return fits ? Verdict()
                : Complaint{"is not a name", "at most 63 lower-case letters, digits and _, a letter first"};
}

Verdict event_name(const std::string& text) {
    bool fits =
        !text.empty() && text.front() != '.' && text.back() != '.' && text.find("..") == std::string::npos;
    fits = fits && std::ranges::all_of(text, [](char c) { return is_plain(c) || c == '.'; });
    return fits ? Verdict()
                : Complaint{
                      "is not an event type", "lower-case letters, digits, _ and dots, such as order.updated"
                  };
}

Verdict event_pattern(const std::string& text) {
    auto complaint = event_name(text.ends_with(".*") ? text.substr(0, text.size() - 2) : text);
    if (complaint) {
        complaint->expected += " or order.*";
    }
    return complaint;
}

Verdict host_pattern(const std::string& text) {
    const auto domain = std::string_view(text).substr(text.starts_with("*.") ? 2 : 0);
    const bool is_wild = domain.size() < text.size();
    const bool fits = !domain.empty() && domain.front() != '.' && domain.back() != '.' &&
                      domain.find("..") == std::string_view::npos &&
                      (!is_wild || domain.find('.') != std::string_view::npos) &&
                      std::ranges::all_of(domain, [](char c) {
                          return is_lower(c) || is_digit(c) || c == '.' || c == '-';
                      });
    return fits ? Verdict()
                : Complaint{
                      "is not a host",
                      "lower-case letters, digits, dots and -, such as files.example.com or *.example.com"
                  };
}

Verdict node_name(const std::string& text) {
    const bool fits = text.size() <= 2 * kLongestName && std::ranges::all_of(text, [](char c) {
                          return is_letter(c) || is_digit(c) || c == '.' || c == '_' || c == '-';
                      });
    return fits ? Verdict() : Complaint{"is not a node's name", "letters, digits, dots, _ and -"};
}

Verdict bare_words(const std::string& text) {
    const bool fits = !text.empty() && std::ranges::all_of(text, [](char c) {
        return static_cast<unsigned char>(c) >= ' ' && c != '"' && c != '\\';
    });
    return fits ? Verdict() : Complaint{"are no words", "text without double quotes and backslashes"};
}

Verdict header_name(const std::string& text) {
    const bool fits = !text.empty() && std::ranges::all_of(text, [](char c) {
        return is_letter(c) || is_digit(c) || c == '-' || c == '_';
    });
    return fits ? Verdict()
                : Complaint{"is not a header's name", "a name such as Authorization or X-Api-Key"};
}

Verdict connection_string(const std::string& text) {
    const bool is_uri = text.starts_with("postgresql://") || text.starts_with("postgres://");
    const bool is_list = text.find("://") == std::string::npos && text.find('=') != std::string::npos;
    return text.empty() || is_uri || is_list
               ? Verdict()
               : Complaint{
                     "is not a PostgreSQL connection", "postgresql://host/database or host=... dbname=..."
                 };
}

Verdict secret_key(const std::string& text) {
    constexpr std::size_t kBase64Of32Bytes = 44;
    const std::size_t colon = text.find(':');
    const bool has_name = colon != std::string::npos && colon > 0;
    const std::string encoded = has_name ? text.substr(colon + 1) : "";
    const bool is_base64 = encoded.size() == kBase64Of32Bytes && encoded.back() == '=' &&
                           std::all_of(encoded.begin(), encoded.end() - 1, [](char c) {
                               return is_letter(c) || is_digit(c) || c == '+' || c == '/';
                           });
    return text.empty() || is_base64 ? Verdict()
                                     : Complaint{
                                           "is not a key",
                                           "<name>:<base64 of 32 random bytes>, such as main:... "
                                           "with the output of 'openssl rand -base64 32'"
                                       };
}

Verdict cidr_block(const std::string& text) {
    Complaint complaint{"is not a network", "an address and a prefix length, such as 10.0.0.0/8 or fd00::/8"};
    const std::size_t slash = text.find('/');
    if (slash == std::string::npos) {
        return complaint;
    }
    const std::string address = text.substr(0, slash);
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    const bool is_v4 = inet_pton(AF_INET, address.c_str(), bytes.data()) == 1;
    const bool is_v6 = !is_v4 && inet_pton(AF_INET6, address.c_str(), bytes.data()) == 1;
    const auto prefix = parse_number<unsigned>(std::string_view(text).substr(slash + 1));
    const bool is_prefix = prefix && *prefix <= (is_v4 ? 32U : 128U);
    return (is_v4 || is_v6) && is_prefix ? Verdict() : complaint;
}

Verdict public_url(const std::string& text) {
    if (text.empty()) {
        return std::nullopt;
    }
    if (text.find_first_of("?#") != std::string::npos) {
        return Complaint{"holds a query or fragment", "an address that paths can be appended to"};
    }
    return http_url(text);
}

Verdict ip_address(const std::string& text) {
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    const bool is_one = inet_pton(AF_INET, text.c_str(), bytes.data()) == 1 ||
                        inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1;
    return is_one ? Verdict() : Complaint{"is not an IP address", "one such as 127.0.0.1, 0.0.0.0 or ::"};
}

Verdict absolute_file(const std::filesystem::path& file) {
    return file.empty() || file.is_absolute()
               ? Verdict()
               : Complaint{"is not an absolute path", "one that begins with /"};
}

Verdict http_url(const std::string& text) {
    const auto url = boost::urls::parse_uri(text);
    if (!url || (url->scheme() != "http" && url->scheme() != "https") || url->host().empty()) {
        return Complaint{
            "is not a web address", "an http or https URL with a host, such as https://erp.example.org/api"
        };
    }
    if (url->has_userinfo()) {
        return Complaint{"holds a user or password", "a URL without them; give them as secrets"};
    }
    return std::nullopt;
}

}  // namespace navette::config
