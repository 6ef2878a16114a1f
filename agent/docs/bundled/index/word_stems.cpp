#include "agent/docs/bundled/index/word_stems.hpp"

#include <sqlite3.h>
#include <utility>

namespace agent {

struct word_stems::tokenizer {
    fts5_tokenizer functions{};
    Fts5Tokenizer* instance = nullptr;
    std::string bytes;
    std::vector<std::pair<std::size_t, std::size_t>> places;
    std::vector<std::string_view> words;

    static int
    add(void* self, int flags, char const* text, int size, int /*from*/, int /*to*/) noexcept
    {
        auto& t = *static_cast<tokenizer*>(self);
        if ((flags & FTS5_TOKEN_COLOCATED) == 0 && size > 0) {
            t.places.emplace_back(t.bytes.size(), static_cast<std::size_t>(size));
            t.bytes.append(text, static_cast<std::size_t>(size));
        }
        return SQLITE_OK;
    }
};

namespace {

// https://www.sqlite.org/fts5.html#extending_fts5
fts5_api* api_of(sqlite3* db)
{
    fts5_api* api = nullptr;
    sqlite3_stmt* ask = nullptr;
    if (sqlite3_prepare_v2(db, "SELECT fts5(?1)", -1, &ask, nullptr) != SQLITE_OK)
        throw sqlite_error(SQLITE_ERROR, "SQLite has no full-text search");
    sqlite3_bind_pointer(ask, 1, static_cast<void*>(&api), "fts5_api_ptr", nullptr);
    sqlite3_step(ask);
    sqlite3_finalize(ask);
    return api;
}

}  // namespace

word_stems::word_stems(sqlite_database const& db) : tokenizer_(std::make_unique<tokenizer>())
{
    auto* api = api_of(db.handle());
    void* context = nullptr;
    char const* arguments[] = {"unicode61"};
    if (!api || api->xFindTokenizer(api, "porter", &context, &tokenizer_->functions) != SQLITE_OK ||
        tokenizer_->functions.xCreate(context, arguments, 1, &tokenizer_->instance) != SQLITE_OK)
        throw sqlite_error(SQLITE_ERROR, "SQLite has no tokenizer");
}

word_stems::~word_stems()
{
    if (tokenizer_->instance)
        tokenizer_->functions.xDelete(tokenizer_->instance);
}

std::vector<std::string_view> const& word_stems::of(std::string_view text)
{
    auto& t = *tokenizer_;
    t.bytes.clear();
    t.places.clear();
    t.words.clear();
    auto const failed = t.functions.xTokenize(
        t.instance,
        &t,
        FTS5_TOKENIZE_DOCUMENT,
        text.data(),
        static_cast<int>(text.size()),
        &tokenizer::add);
    if (failed != SQLITE_OK)
        throw sqlite_error(failed, "a text cannot be taken apart");
    for (auto const& [begin, size] : t.places)
        t.words.push_back(std::string_view(t.bytes).substr(begin, size));
    return t.words;
}

}  // namespace agent
