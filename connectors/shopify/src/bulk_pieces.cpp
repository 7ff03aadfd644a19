#include "bulk_pieces.hpp"

#include "bulk_file.hpp"
#include "bulk_state.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace navette::shopify {

namespace {

using sdk::HttpRequest;

// The second where a record with its children does not fit into the first; the daemon takes no answer of more
// than 16 MiB.
constexpr std::array<std::int64_t, 2> kPieces{2LL << 20U, 12LL << 20U};
// So often in a row the file's server may fail, some minutes in all.
constexpr std::int64_t kMostFailures = 4;

struct Piece {
    std::int64_t from = 0;
    bool is_end = false;
    std::string text;
};

std::string remembered_as(std::string_view what, const Object& object) {
    return "bulk_file_" + std::string(what) + "_" + std::string(object.name);
}

FileTrouble for_good(std::string why) {
    return {Outcome::retry(std::move(why)), true};
}

/// Trouble that may pass, unless it has come too often by now. Not told as the account's: it is another
/// server.
FileTrouble passing(Session& session, const Object& object, const std::string& why) {
    const auto name = remembered_as("failures", object);
    const auto failures = sdk::to_integer(session.recall(name)).value_or(0) + 1;
    session.remember(name, failures);
    return {
        Outcome::retry("the file of Shopify's bulk operation cannot be read: " + why),
        failures >= kMostFailures
    };
}

std::optional<Piece> remembered_piece(const Session& session, const Object& object, const BulkPlace& place) {
    const auto value = session.recall(remembered_as("piece", object));
    const auto* held = value.if_object();
    const auto* text = held == nullptr ? nullptr : held->if_contains("text");
    const auto from = held == nullptr ? std::nullopt : sdk::integer_at(*held, "from");
    if (text == nullptr || !text->is_string() || !from || sdk::text_at(*held, "id") != place.id ||
        *place.offset < *from ||
        *place.offset > *from + static_cast<std::int64_t>(text->get_string().size())) {
        return std::nullopt;
    }
    Piece piece;
    piece.from = *place.offset;
    piece.is_end = sdk::is_true(*held, "is_end");
    piece.text = std::string_view(text->get_string()).substr(static_cast<std::size_t>(*place.offset - *from));
    return piece;
}

void remember_piece(Session& session, const Object& object, const std::string& id, const Piece& piece) {
    json::object held{{"id", id}, {"from", piece.from}, {"is_end", piece.is_end}};
    held["text"] = piece.text;
    session.remember(remembered_as("piece", object), std::move(held));
}

/// The signed address of the file: as it was told last, or told anew. Empty where nothing was found, for
/// which there is no file.
Task<std::expected<std::string, FileTrouble>> address(
    Session& session, Object object, std::string id, bool anew
) {
    const auto known = session.recall(remembered_as("address", object));
    if (const auto* held = known.if_object(); held != nullptr && !anew && sdk::text_at(*held, "id") == id) {
        co_return sdk::text_at(*held, "url");
    }
    const auto state = co_await look_at(session, id);
    if (!state) {
        if (is_of_account(state.error())) {
            co_return std::unexpected(FileTrouble{state.error()});
        }
        co_return std::unexpected(passing(session, object, state.error().message));
    }
    if (state->status != "COMPLETED") {
        co_return std::unexpected(for_good("Shopify's bulk operation is " + state->status + " by now"));
    }
    remember_address(session, object, id, state->url);
    co_return state->url;
}

/// What the server's answer holds of the file; nothing where it does not answer the request.
std::optional<Piece> piece_of(const sdk::HttpResponse& answer, std::int64_t from, std::int64_t length) {
    const auto range = answer.header("Content-Range");
    const auto slash = range.find('/');
    const auto total =
        slash == std::string_view::npos ? std::nullopt : sdk::to_integer(range.substr(slash + 1));
    Piece piece;
    piece.from = from;
    if (answer.status == 416) {  // nothing stands there: the end, if it is exactly that
        piece.is_end = true;
        return total == from ? std::optional(piece) : std::nullopt;
    }
    if (answer.status == 200) {  // the server gives whole files only
        if (from > static_cast<std::int64_t>(answer.body.size())) {
            return std::nullopt;
        }
        piece.text = answer.body.substr(static_cast<std::size_t>(from));
        piece.is_end = true;
        return piece;
    }
    const auto size = static_cast<std::int64_t>(answer.body.size());
    if (!range.starts_with("bytes " + std::to_string(from) + "-") || size > length) {
        return std::nullopt;
    }
    piece.text = answer.body;
    piece.is_end = total ? from + size >= *total : size < length;
    return piece;
}

Task<std::expected<Piece, FileTrouble>> fetch_piece(
    Session& session, Object object, BulkPlace place, std::int64_t length
) {
    std::string refusal;
    for (const bool anew : {false, true}) {
        const auto url = co_await address(session, object, place.id, anew);
        if (!url) {
            co_return std::unexpected(url.error());
        }
        if (url->empty()) {
            co_return Piece{*place.offset, true, ""};
        }
        const auto place_of_file = address_of(*url);
        if (!place_of_file) {
            co_return std::unexpected(for_good("Shopify named no address for the file of a bulk operation"));
        }
        const auto last = *place.offset + length - 1;
        const auto answer = co_await session.send(
            HttpRequest::get(place_of_file->path)
                .at(place_of_file->origin)
                .with_header("Range", "bytes=" + std::to_string(*place.offset) + "-" + std::to_string(last))
        );
        if (!answer) {
            if (answer.error().kind == sdk::TransportFailure::Kind::refused) {
                co_return std::unexpected(for_good(answer.error().message));
            }
            co_return std::unexpected(passing(session, object, answer.error().message));
        }
        const bool has_file = answer->status == 200 || answer->status == 206 || answer->status == 416;
        if (has_file) {
            auto piece = piece_of(*answer, *place.offset, length);
            if (!piece) {
                co_return std::unexpected(for_good("the file's server answered another request than ours"));
            }
            session.remember(remembered_as("failures", object), nullptr);
            co_return std::move(*piece);
        }
        refusal = "HTTP " + std::to_string(answer->status);
        if (answer->status == 408 || answer->status == 429 || answer->status >= 500) {
            co_return std::unexpected(passing(session, object, refusal));
        }
    }
    co_return std::unexpected(for_good("the file of Shopify's bulk operation cannot be read: " + refusal));
}

/// The page at the beginning of the piece; no records where none is whole. Why the file is of no use, where
/// it is not.
std::expected<FilePage, FileTrouble> page_of(const Piece& piece, const Object& object, std::size_t most) {
    auto joined = join_lines(piece.text, piece.is_end, most, object.children);
    if (!joined) {
        return std::unexpected(for_good("the file of Shopify's bulk operation: " + joined.error()));
    }
    FilePage page;
    page.records = std::move(joined->records);
    page.next = piece.from + static_cast<std::int64_t>(joined->taken);
    page.is_end = piece.is_end && joined->taken == piece.text.size();
    return page;
}

}  // namespace

Task<std::expected<FilePage, FileTrouble>> read_file(
    Session& session, Object object, BulkPlace place, int most
) {
    const auto limit = static_cast<std::size_t>(std::max(most, 1));
    if (const auto held = remembered_piece(session, object, place)) {
        auto page = page_of(*held, object, limit);
        if (!page || page->is_end || !page->records.empty()) {
            co_return page;
        }
    }
    session.remember(remembered_as("piece", object), nullptr);
    for (const auto length : kPieces) {
        const auto piece = co_await fetch_piece(session, object, place, length);
        if (!piece) {
            co_return std::unexpected(piece.error());
        }
        auto page = page_of(*piece, object, limit);
        if (page && !page->is_end && page->records.empty()) {
            continue;
        }
        if (page && !page->is_end) {
            remember_piece(session, object, place.id, *piece);
        }
        co_return page;
    }
    co_return std::unexpected(for_good("a record in the file of Shopify's bulk operation is too large"));
}

void remember_address(Session& session, const Object& object, const std::string& id, const std::string& url) {
    json::object told{{"id", id}};
    told["url"] = url;
    session.remember(remembered_as("address", object), std::move(told));
}

void forget_file(Session& session, const Object& object) {
    for (const auto* what : {"piece", "address", "failures"}) {
        session.remember(remembered_as(what, object), nullptr);
    }
}

}  // namespace navette::shopify
