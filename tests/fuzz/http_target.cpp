// The way of a request's bytes up to its handler: reader, router, query, body, page, preconditions, client.
//
// The first byte of an input says in how large pieces the rest arrives; the rest is what one client sends on
// one connection.
#include "daemon/http/body_reader.hpp"
#include "daemon/http/client_rules.hpp"
#include "daemon/http/page.hpp"
#include "daemon/http/percent.hpp"
#include "daemon/http/preconditions.hpp"
#include "daemon/http/query_reader.hpp"
#include "daemon/http/request_body.hpp"
#include "daemon/http/request_reader.hpp"
#include "daemon/http/router.hpp"
#include "tests/fuzz/property.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace navette::http {
namespace {

using fuzz::require;
using Stage = RequestReader::Stage;

constexpr std::size_t kHeaderLimit = 2'048;
constexpr std::size_t kBodyLimit = 1'024;
constexpr std::size_t kMostRequests = 16;
constexpr std::size_t kMostHeaders = 100;  // as in request_reader.cpp

/// What came of a connection's bytes: its requests, and whether another was refused.
struct Conversation {
    std::vector<Request> requests;
    bool refused = false;
};

void require_sane(const Request& request) {
    const auto is_line = [](std::string_view text) {
        return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
    };
    const auto is_visible = [](char c) { return c > 0x20 && c < 0x7F; };
    require(
        !request.method.empty() && std::ranges::all_of(request.method, is_visible), "a method is a token"
    );
    require(request.target.starts_with('/'), "a target is a path", request.target);
    require(std::ranges::all_of(request.target, is_visible), "a target is visible ASCII", request.target);
    require(request.path.find('?') == std::string::npos, "a path ends before the query", request.path);
    require(request.target.starts_with(request.path), "the path begins the target", request.target);
    int hosts = 0;
    int framings = 0;
    for (const auto& [name, value] : request.headers) {
        require(!name.empty() && std::ranges::all_of(name, is_visible), "a header's name is a token", name);
        require(name.find(':') == std::string::npos, "a header's name has no colon", name);
        require(is_line(value), "a header's value is one line", value);
        std::string lower(name);
        std::ranges::transform(lower, lower.begin(), [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        });
        hosts += lower == "host" ? 1 : 0;
        framings += lower == "content-length" || lower == "transfer-encoding" ? 1 : 0;
    }
    require(hosts == 1, "a request names one host");
    require(framings <= 1, "one header says how long the body is");
    require(request.body.size() <= kBodyLimit, "a body keeps to its limit");
}

/// As Connection reads: what is taken goes, the rest is given again with more behind it.
Conversation converse(std::string_view bytes, std::size_t piece) {
    Conversation conversation;
    std::string unread;
    while (conversation.requests.size() < kMostRequests) {
        RequestReader reader(kHeaderLimit);
        bool limited = false;
        while (reader.stage() == Stage::head || reader.stage() == Stage::body) {
            if (reader.stage() == Stage::body && !limited) {
                limited = true;
                reader.limit_body(kBodyLimit);
                continue;
            }
            const auto taken = reader.take(unread);
            require(taken <= unread.size(), "a reader takes no more than there is");
            unread.erase(0, taken);
            require(unread.size() <= kHeaderLimit + kBodyLimit + piece, "a reader lets little pile up");
            if (taken > 0 || reader.stage() == Stage::done || reader.stage() == Stage::refused) {
                continue;
            }
            if (bytes.empty()) {
                return conversation;  // the client says no more
            }
            unread += bytes.substr(0, piece);
            bytes.remove_prefix(std::min(piece, bytes.size()));
        }
        if (reader.stage() == Stage::refused) {
            const auto& refusal = reader.refusal();
            require(refusal.status >= 400 && refusal.status < 600, "a refusal is an error");
            require(!refusal.reason.empty() && !refusal.detail.empty(), "a refusal says why");
            fuzz::require_json(problem(refusal.status, refusal.detail).body, "a refusal's answer");
            conversation.refused = true;
            return conversation;
        }
        require_sane(reader.request());
        conversation.requests.push_back(std::move(reader.request()));
        if (!reader.keeps_alive()) {
            return conversation;
        }
    }
    return conversation;
}

bool is_framing(std::string_view name) {
    const auto same = [&](std::string_view other) {
        return std::ranges::equal(name, other, [](char one, char two) {
            return (one >= 'A' && one <= 'Z' ? static_cast<char>(one - 'A' + 'a') : one) == two;
        });
    };
    return same("content-length") || same("transfer-encoding") || same("expect");
}

/// The request in the one form that no two parsers understand differently.
std::string canonical(const Request& request) {
    auto text = request.method + " " + request.target + " HTTP/1.1\r\n";
    for (const auto& [name, value] : request.headers) {
        text += is_framing(name) ? std::string() : name + ": " + value + "\r\n";
    }
    return text + "Content-Length: " + std::to_string(request.body.size()) + "\r\n\r\n" + request.body;
}

void require_equal(const Request& one, const Request& other, std::string_view why) {
    require(one.method == other.method, why, one.method + " / " + other.method);
    require(one.target == other.target && one.path == other.path, why, one.target + " / " + other.target);
    require(one.query == other.query, why, one.target);
    require(one.body == other.body, why, one.body + " / " + other.body);
    const auto same = [](const sdk::Header& left, const sdk::Header& right) {
        return left.name == right.name && left.value == right.value;
    };
    const auto plain = [](const Request& of) {
        std::vector<sdk::Header> kept;
        std::ranges::copy_if(of.headers, std::back_inserter(kept), [](const sdk::Header& header) {
            return !is_framing(header.name);
        });
        return kept;
    };
    require(std::ranges::equal(plain(one), plain(other), same), why, "headers of " + one.target);
}

const Router& router() {
    static const Router routes = [] {
        Router made;
        for (const auto* pattern :
             {"/healthz",
              "/api/v1/integrations",
              "/api/v1/integrations/configured",
              "/api/v1/integrations/{id}",
              "/api/v1/integrations/{id}/enable",
              "/api/v1/{kind}/{id}/{verb}",
              "/api/v1/integrations/{id}/mappings/{mapping}",
              "/webhooks/integrations/{platform}/{integration_id}/{secret}",
              "/files/{rest...}"}) {
            for (const auto* method : {"GET", "POST"}) {
                Route route;
                route.method = method;
                route.pattern = pattern;
                made.add(std::move(route));
            }
        }
        return made;
    }();
    return routes;
}

void route(const Request& request) {
    const auto found = router().find(request.method, request.path);
    require(found.route == nullptr || found.allowed.empty(), "a route that is found needs no hint");
    require(found.route != nullptr || found.parameters.empty(), "no route, no parameters");
    for (const auto& [name, value] : found.parameters) {
        fuzz::require_storable(value, "a parameter");
        if (name == "rest") {
            require(("/" + value + "/").find("/../") == std::string::npos, "no path climbs", value);
            continue;
        }
        require(!value.empty() && value != "." && value != "..", "a parameter names something", value);
    }
    if (request.method == "HEAD") {
        require(found.route == router().find("GET", request.path).route, "HEAD is GET", request.path);
    }
    static_cast<void>(percent_decoded(request.target));
}

/// Answers go to the client as they are: whatever it sent, they are JSON.
void require_answer(const Response& response) {
    require(response.status >= 400 && response.status < 500, "a mistake of the client is answered 4xx");
    fuzz::require_json(response.body, "the answer to a mistake");
    for (const auto& header : response.headers) {
        require(header.value.find_first_of("\r\n") == std::string::npos, "no answer is split", header.value);
    }
}

template <class Reader>
void require_mistake_is_an_answer(Reader& reader) {
    if (const auto mistake = reader.mistake()) {
        require_answer(*mistake);
    }
}

void read_query(const Request& request) {
    QueryReader reader(request);
    for (const auto& text : {reader.text("q"), reader.past("since"), reader.choice("state", {"on", "off"})}) {
        require(!text || !text->empty(), "a text is not empty");
        fuzz::require_storable(text.value_or(""), "a parameter of the query");
    }
    const auto number = reader.number("n", -5, 500);
    require(!number || (*number >= -5 && *number <= 500), "a number keeps to its range", request.target);
    static_cast<void>(reader.choices("kinds", {"a", "b"}));
    static_cast<void>(reader.truth("final"));
    static_cast<void>(reader.day("day"));
    static_cast<void>(reader.tenant());
    reader.leave_page();
    require_mistake_is_an_answer(reader);
    if (const auto page = read_page(request, "queue", {KeyPart::moment, KeyPart::number, KeyPart::text})) {
        require(page->limit >= 1 && page->limit <= kLargestPage, "a page has its limits", request.target);
        require(page->after.empty() || page->after.size() == 3, "a cursor is whole", request.target);
    } else {
        require_answer(page.error());
    }
}

void read_body(const Request& request) {
    if (auto reader = BodyReader::read(request, true)) {
        for (const auto& text : {reader->text("name"), reader->future("at"), reader->past("since")}) {
            require(!text || !text->empty(), "a text is not empty");
            fuzz::require_storable(text.value_or(""), "a member of the body");
        }
        static_cast<void>(reader->required("entity"));
        static_cast<void>(reader->any_text("note"));
        static_cast<void>(reader->choice("state", {"on", "off"}));
        const auto number = reader->number("n", 1, 10);
        require(!number || (*number >= 1 && *number <= 10), "a number keeps to its range", request.body);
        static_cast<void>(reader->object("record"));
        static_cast<void>(reader->array("records"));
        static_cast<void>(reader->tenant(request));
        require_mistake_is_an_answer(*reader);
    } else {
        require_answer(reader.error());
    }
    const auto body = json_body(request);
    if (!body) {
        require_answer(body.error());
        return;
    }
    FieldErrors errors;
    const Members members(*body, errors);
    static_cast<void>(members.text("name"));
    static_cast<void>(members.integer("n", 1, 10));
    static_cast<void>(members.boolean("enabled"));
    static_cast<void>(members.object("record"));
    members.expect_only({"name", "n", "enabled", "record"});
    if (!errors.empty()) {
        require_answer(errors.response());
    }
}

void look_at_client(const Request& request) {
    static const ClientRules rules = [] {
        config::ListenSettings settings;
        settings.trusted_proxies = {"10.0.0.0/8", "::1/128"};
        return ClientRules(settings);
    }();
    const auto peer = boost::asio::ip::make_address("10.1.2.3");
    const auto client = rules.client_of(peer, request);
    require(
        rules.client_of(boost::asio::ip::make_address("192.0.2.1"), request).to_string() == "192.0.2.1",
        "nobody but a trusted proxy names another client"
    );
    static_cast<void>(client.to_string());
    const auto url = rules.url_of(peer, false, request);
    require(url.starts_with("http://") || url.starts_with("https://"), "an address has a scheme", url);
    require(url.ends_with(request.target), "an address ends with the target", url);
    for (const auto need : {IfMatch::required, IfMatch::optional}) {
        if (const auto answer = check_if_match(request, 7, need)) {
            require_answer(*answer);
        }
    }
}

void run(std::string_view input) {
    if (input.empty()) {
        return;
    }
    const auto piece = static_cast<std::size_t>(static_cast<unsigned char>(input.front())) + 1;
    input.remove_prefix(1);
    const auto whole = converse(input, input.size() + 1);
    const auto pieces = converse(input, piece);
    require(whole.refused == pieces.refused, "how bytes arrive does not decide whether they are taken");
    require(
        whole.requests.size() == pieces.requests.size(), "how bytes arrive does not decide what they are"
    );
    for (std::size_t at = 0; at < whole.requests.size(); ++at) {
        const auto& request = whole.requests[at];
        require_equal(request, pieces.requests[at], "however bytes arrive, they are the same request");
        // Written plainly, a header may grow over its limits.
        const auto plain = canonical(request);
        if (plain.size() - request.body.size() < kHeaderLimit && request.headers.size() < kMostHeaders) {
            const auto again = converse(plain, plain.size());
            require(again.requests.size() == 1 && !again.refused, "a request can be passed on", plain);
            require_equal(request, again.requests.front(), "a request that is passed on stays what it is");
        }
        route(request);
        read_query(request);
        read_body(request);
        look_at_client(request);
    }
}

}  // namespace
}  // namespace navette::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    navette::http::run({reinterpret_cast<const char*>(data), size});
    return 0;
}
