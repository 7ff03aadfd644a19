// The requests that the recipes are made of.
#pragma once

#include "errors.hpp"

#include <navette/sdk/connector.hpp>

#include <expected>
#include <optional>
#include <string>

namespace navette::dolibarr {

using sdk::Outcome;
using sdk::Session;
using sdk::Task;

/// Sends one request and reads its answer.
[[nodiscard]] Task<Reply> call(Session& session, sdk::HttpRequest request);

[[nodiscard]] Task<Reply> get(Session& session, std::string path);

/// POST or PUT of a JSON body, marked as ours so that the webhook it causes can be told from others.
[[nodiscard]] Task<Reply> post(Session& session, std::string path, json::object fields);
[[nodiscard]] Task<Reply> put(Session& session, std::string path, json::object fields);

/// POST to one of an object's actions (`/orders/5/validate`). Where the settings say so, without Dolibarr's
/// own triggers.
[[nodiscard]] Task<Reply> act(Session& session, std::string path);

/// POST of a new object; null members stay out. Sent again a few times where it loses a race for a number.
/// Only a positive integer as the answer is `ok`; the body is then that id.
[[nodiscard]] Task<Reply> create(Session& session, std::string path, json::object fields);

/// What a create came to: done with its id, or its failure. Nothing where it met a duplicate: the caller
/// knows whose it may be.
[[nodiscard]] std::optional<Outcome> outcome_of_create(const Reply& reply);

/// The objects that match the filter, oldest first; an empty list where there are none.
[[nodiscard]] Task<std::expected<json::array, Outcome>> search(
    Session& session, std::string path, std::string filter
);

/// The object that carries our key, else the oldest with this e-mail address, else an empty one.
/// `email_filter`: what finds the address (with its third party, for a contact); nothing where there is no
/// address, or none that can be searched for.
[[nodiscard]] Task<std::expected<json::object, Outcome>> find_ours(
    Session& session,
    std::string path,
    std::string key,
    std::string email = {},
    std::optional<std::string> email_filter = {}
);

/// Brings a record that was found on Dolibarr to the wanted fields, sending only those that differ, and none
/// where all agree.
[[nodiscard]] Task<Outcome> adopt(
    Session& session, std::string path, json::object remote, json::object wanted
);

/// Writes the fields of a linked record; `gone` where it is no more.
[[nodiscard]] Task<Outcome> update(
    Session& session, std::string path, std::string remote_id, json::object fields
);

/// The members that Dolibarr gets: all but those with a leading underscore, which speak to the connector.
[[nodiscard]] json::object sendable(const json::object& fields);

/// Dolibarr's change mark of an object: the time of its last change.
[[nodiscard]] std::string version_of(const json::object& object);

/// Puts our key on a record that carries no external reference yet; one that a person or another system set
/// is left alone.
void claim(const json::object& remote, json::object& wanted, const std::string& key);

/// Adds our key as the unique extra field, where the site has one (setting `unique_key_field`).
void add_unique_key(const Session& session, json::object& fields, const std::string& key);

}  // namespace navette::dolibarr
