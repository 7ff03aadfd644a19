// The course of a call to one collection: reading, single writes, batches, the trash. What is particular to
// customers, products and orders is in the classes derived from it.
#pragma once

#include "tests/standin/json_table.hpp"
#include "tests/standin/woocommerce_answer.hpp"
#include "tests/standin/woocommerce_listing.hpp"
#include "tests/standin/woocommerce_schema.hpp"
#include "tests/standin/woocommerce_shop.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace navette::standin::woocommerce {

struct Call {
    std::string method;
    std::vector<std::string> path;  // below the collection: {}, {"12"}, {"batch"}
    Query query;
    json::value body;
};

class Resource {
  public:
    Resource(
        Shop& shop, std::string collection, std::string singular, std::function<std::string(std::uint64_t)> id
    )
        : shop_(shop),
          collection_(std::move(collection)),
          singular_(std::move(singular)),
          rows_(std::move(id)) {}
    Resource(const Resource&) = delete;
    Resource& operator=(const Resource&) = delete;
    virtual ~Resource() = default;

    [[nodiscard]] virtual Response answer(const Call& call);

    /// Somebody in the shop's own pages: an empty id creates. Counts no effect; answers the id, or why not.
    Checked<std::string> create_aside(const json::object& body);
    Checked<std::string> edit_aside(const std::string& id, const json::object& body);
    Checked<std::string> delete_aside(const std::string& id, bool force);

    [[nodiscard]] const std::string& singular() const { return singular_; }
    [[nodiscard]] JsonRow* find(std::string_view id) { return rows_.find(id); }
    virtual void clear() { rows_.clear(); }

    [[nodiscard]] static bool is_trashed(const JsonRow& row) {
        return text_of(row.fields, "status") == "trash";
    }

  protected:
    /// The fields of a new record. Members that begin with "__" are the stand-in's own and never shown.
    virtual Checked<json::object> made(const json::object& body, bool in_batch) = 0;
    /// The fields of a record after a write.
    virtual Checked<json::object> edited(const JsonRow& row, const json::object& body) = 0;
    [[nodiscard]] virtual const std::vector<Parameter>& parameters() const = 0;
    [[nodiscard]] virtual std::optional<Refusal> schema(const json::object& body) const;
    /// A record as the API shows it; without the dates, id and links, which are added.
    [[nodiscard]] virtual json::object shown(const JsonRow& row) const;
    /// The rows that a list holds before paging.
    [[nodiscard]] virtual Checked<std::vector<JsonRow*>> selected(const Query& query) = 0;
    [[nodiscard]] virtual const ListRules& rules() const = 0;
    [[nodiscard]] virtual RecordKeys keys(const JsonRow& row) const = 0;
    [[nodiscard]] virtual std::string unknown_id_code() const = 0;
    [[nodiscard]] virtual std::string known_id_code() const = 0;
    [[nodiscard]] virtual bool has_trash() const { return true; }
    /// After a write was committed; `before` is empty for a new record.
    virtual void committed(JsonRow&, const json::object& /*before*/) {}
    /// Why that record cannot be written below this collection.
    [[nodiscard]] virtual std::optional<Refusal> elsewhere(const JsonRow&) const { return std::nullopt; }
    [[nodiscard]] virtual bool tells_restoring() const { return true; }

    [[nodiscard]] json::object full(const JsonRow& row) const;
    void tell(const JsonRow& row, const std::string& event);
    void touch(JsonRow& row) { row.modified = shop_.clock.tick(); }

    Shop& shop_;
    std::string collection_;
    std::string singular_;
    JsonTable rows_;
    bool is_counted_ = true;

  private:
    Checked<JsonRow*> create(const json::object& body, bool in_batch);
    Checked<JsonRow*> update(const std::string& id, const json::object& body);
    Checked<json::object> remove(const std::string& id, bool force);
    Response list(const Query& query);
    Response batch(const json::value& body);
    Refusal unknown(unsigned status) const;
};

}  // namespace navette::standin::woocommerce
