#include "daemon/engine/key_rotation.hpp"

#include "daemon/secrets/wiping.hpp"
#include "daemon/store/admin_secrets.hpp"

#include <map>
#include <utility>

namespace navette::engine {

namespace {

constexpr int kPage = 200;
constexpr std::size_t kMostExamples = 20;
// Between reading a row and writing it there is one round trip: nobody wins against it that often.
constexpr int kMostTries = 10;

std::string name_of(const secrets::SealedColumn& column) {
    return std::string(column.table) + "." + std::string(column.column);
}

/// Why the text does not open; nothing where it does.
std::optional<std::string> reason_it_stays_shut(
    const store::SealedText& text,
    const secrets::SealedColumn& column,
    const std::optional<secrets::Vault>& vault
) {
    if (!vault) {
        return "secrets.key is not set";
    }
    auto opened = vault->open(text.sealed, column.owner(text.tenant_id, text.id));
    if (!opened) {
        return opened.error().message;
    }
    secrets::wipe(*opened);
    return std::nullopt;
}

core::Result<void> count_column(
    store::AdminSession& session,
    const secrets::SealedColumn& column,
    const std::optional<secrets::Vault>& vault,
    KeyCensus& census
) {
    // By the key's name and the layout; 0 for what is no sealed text.
    std::map<std::pair<std::string, char>, KeyUse> uses;
    std::optional<store::SealedText> last;
    while (true) {
        auto page = store::read_sealed_texts(session, column, last, kPage);
        if (!page) {
            return std::unexpected(page.error());
        }
        if (page->empty()) {
            break;
        }
        for (const auto& text : *page) {
            const auto header = secrets::header_of(text.sealed);
            auto& use =
                header ? uses[{header->key_name, static_cast<char>(header->layout)}] : uses[{"", '\0'}];
            use.column = name_of(column);
            if (header) {
                use.key = header->key_name;
                use.layout = header->layout;
            }
            ++use.rows;
            if (auto reason = reason_it_stays_shut(text, column, vault)) {
                ++use.unopened;
                ++census.unopened;
                if (census.examples.size() < kMostExamples) {
                    census.examples.push_back({use.column, text.tenant_id, text.id, std::move(*reason)});
                }
            }
        }
        last = std::move(page->back());
    }
    for (auto& [kind, use] : uses) {
        census.uses.push_back(std::move(use));
    }
    return {};
}

enum class Step { rewrapped, current, unopened, lost };

core::Result<Step> rotate_one(
    store::AdminSession& session,
    const secrets::SealedColumn& column,
    const secrets::Vault& vault,
    const store::SealedText& text
) {
    const auto owner = column.owner(text.tenant_id, text.id);
    if (vault.is_current(text.sealed)) {
        return Step::current;
    }
    const auto fresh = vault.rewrap(text.sealed, owner);
    if (!fresh) {
        return Step::unopened;
    }
    const auto replaced = store::replace_sealed_text(session, column, text, *fresh);
    if (!replaced) {
        return std::unexpected(replaced.error());
    }
    return *replaced ? Step::rewrapped : Step::lost;
}

core::Result<void> rotate_column(
    store::AdminSession& session,
    const secrets::SealedColumn& column,
    const secrets::Vault& vault,
    KeyRotation& rotation
) {
    std::optional<store::SealedText> last;  // the row that is dealt with
    int tries = 0;
    while (true) {
        auto page = store::read_sealed_texts(session, column, last, kPage);
        if (!page) {
            return std::unexpected(page.error());
        }
        if (page->empty()) {
            return {};
        }
        for (auto& text : *page) {
            const auto step = rotate_one(session, column, vault, text);
            if (!step) {
                return std::unexpected(step.error());
            }
            if (*step == Step::lost) {
                ++rotation.taken_again;
                if (++tries < kMostTries) {
                    break;  // reads on from the row before this one
                }
                ++rotation.contended;
            }
            rotation.rewrapped += *step == Step::rewrapped ? 1 : 0;
            rotation.current += *step == Step::current ? 1 : 0;
            rotation.unopened += *step == Step::unopened ? 1 : 0;
            tries = 0;
            last = std::move(text);
        }
    }
}

}  // namespace

core::Result<KeyCensus> count_key_uses(
    store::AdminSession& session, const std::optional<secrets::Vault>& vault
) {
    KeyCensus census;
    for (const auto& column : secrets::kSealedColumns) {
        if (auto counted = count_column(session, column, vault, census); !counted) {
            return std::unexpected(counted.error());
        }
    }
    return census;
}

core::Result<KeyRotation> rotate_keys(store::AdminSession& session, const secrets::Vault& vault) {
    KeyRotation rotation;
    for (const auto& column : secrets::kSealedColumns) {
        if (auto rotated = rotate_column(session, column, vault, rotation); !rotated) {
            return std::unexpected(rotated.error());
        }
    }
    return rotation;
}

}  // namespace navette::engine
