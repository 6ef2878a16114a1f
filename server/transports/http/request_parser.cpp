#include "server/transports/http/request_parser.hpp"

#include <boost/beast/http/basic_parser.hpp>

#include <algorithm>
#include <functional>
#include <optional>

namespace server {

namespace http = boost::beast::http;
using boost::beast::string_view;
using boost::system::error_code;

namespace {

constexpr std::size_t body_kept = std::size_t(16) << 10;  // bytes, between requests
constexpr std::size_t shortest_chunk = 5;                 // the shortest: 0, and two line ends
constexpr std::size_t ahead = std::size_t(64) << 10;  // reserved on the word of a Content-Length

std::string_view view(string_view s)
{
    return {s.data(), s.size()};
}

// Whether the first line ends as a line must.
bool ends_well(std::string_view bytes)
{
    auto const end = bytes.find('\n');
    return end != std::string_view::npos && end > 0 && bytes[end - 1] == '\r';
}

}  // namespace

struct request_parser::machine {
    class parser final : public http::basic_parser<true> {
    public:
        parser(request_parser& o, std::string_view& i) : owner_(o), input_(i) {}

    private:
        void on_request_impl(
            http::verb, string_view method, string_view target, int version, error_code&) override
        {
            owner_.head_.method = view(method);
            owner_.head_.target = view(target);
            owner_.head_.http_1_0 = version < 11;
        }

        void on_response_impl(int, string_view, int, error_code& ec) override
        {
            ec = http::error::bad_method;  // never called for a request
        }

        void on_field_impl(
            http::field known, string_view name, string_view value, error_code& ec) override
        {
            if (owner_.has_head_)
                return;  // a trailer
            if (is_folded(name, value))
                ec = http::error::bad_obs_fold;
            if (known == http::field::transfer_encoding && !take_coding(value))
                ec = http::error::bad_transfer_encoding;
            if (known == http::field::content_length && !take_length(value))
                ec = http::error::bad_content_length;
            if (!ec)
                owner_.head_.fields.add(view(name), view(value));
        }

        // Over several lines: put together elsewhere, or on a later line than the name.
        bool is_folded(string_view name, string_view value) const
        {
            auto const* end = input_.data() + input_.size();
            if (std::less<>()(value.data(), input_.data()) || std::less<>()(end, value.data()))
                return true;
            return std::find(name.end(), value.begin(), '\n') != value.begin();
        }

        bool take_coding(string_view value)
        {
            return same_name(view(value), "chunked") && !owner_.head_.http_1_0;
        }

        bool take_length(string_view value)
        {
            auto const is_digit = [](char c) { return c >= '0' && c <= '9'; };
            bool const is_second = std::exchange(has_length_, true);
            return !is_second && std::ranges::all_of(view(value), is_digit);
        }

        void on_header_impl(error_code&) override
        {
            owner_.has_head_ = true;
            owner_.head_.keep_alive = keep_alive();
            if (has_length_)
                owner_.head_.content_length = *content_length();
        }

        void on_body_init_impl(boost::optional<std::uint64_t> const& length, error_code&) override
        {
            if (length && !owner_.drops_body_)
                owner_.body_.reserve(std::min<std::size_t>(*length, ahead));
        }

        std::size_t on_body_impl(string_view piece, error_code& ec) override
        {
            owner_.body_size_ += piece.size();
            if (owner_.body_size_ > owner_.body_limit_)
                ec = http::error::body_limit;
            else if (!owner_.drops_body_)
                owner_.body_.append(piece.data(), piece.size());
            return piece.size();
        }

        void on_chunk_header_impl(std::uint64_t size, string_view, error_code& ec) override
        {
            if (size > owner_.body_limit_ - std::min(owner_.body_size_, owner_.body_limit_))
                ec = http::error::body_limit;
        }

        std::size_t on_chunk_body_impl(std::uint64_t, string_view piece, error_code& ec) override
        {
            return on_body_impl(piece, ec);
        }

        void on_finish_impl(error_code&) override { owner_.is_done_ = true; }

        request_parser& owner_;
        std::string_view& input_;
        bool has_length_ = false;
    };

    std::string_view input;  // of the feed() under way
    std::optional<parser> current;
};

request_parser::request_parser(std::size_t head_limit, std::size_t body_limit)
    : head_limit_(head_limit), body_limit_(body_limit), machine_(std::make_unique<machine>())
{
    restart();
}

request_parser::~request_parser() = default;

void request_parser::restart()
{
    auto& parser = machine_->current.emplace(*this, machine_->input);
    // Beast measures the first line and the fields together or each by itself, as they arrive: its
    // limit is only a bound, and the head is measured in feed().
    parser.header_limit(static_cast<std::uint32_t>(2 * head_limit_));
    parser.body_limit(boost::none);
    head_.clear();
    body_.clear();
    if (body_.capacity() > body_kept)
        body_.shrink_to_fit();
    body_size_ = head_size_ = 0;
    fault_ = fault::none;
    has_head_ = is_done_ = drops_body_ = false;
}

void request_parser::drop_body()
{
    drops_body_ = true;
    body_.clear();
    body_.shrink_to_fit();
}

// `taken` bytes more of the head; if it is not complete, all that is `left` is of it, too.
bool request_parser::fits(std::size_t taken, std::size_t left)
{
    head_size_ += taken;
    return head_size_ + (has_head_ ? 0 : left) <= head_limit_;
}

std::size_t request_parser::feed(std::string_view bytes)
{
    auto const had_head = has_head_;
    std::size_t used = 0;
    while (used < bytes.size() && fault_ == fault::none && !is_done_ && has_head_ == had_head) {
        // Beast asserts that it sees the beginning of the last chunk again with so many bytes.
        bool const is_chunked = had_head && !head_.content_length;
        if (is_chunked && bytes.size() - used < shortest_chunk)
            break;
        error_code ec;
        machine_->input = bytes.substr(used);
        auto const rest = boost::asio::const_buffer(bytes.data() + used, bytes.size() - used);
        auto const taken = machine_->current->put(rest, ec);
        used += taken;
        bool const well = !ec || ec == http::error::need_more;
        if (well && !had_head && !fits(taken, bytes.size() - used)) {
            fault_ = fault::head_too_large;
            has_head_ = is_done_ = false;
            break;
        }
        if (ec == http::error::need_more)
            break;
        if (ec == http::error::header_limit)
            fault_ = fault::head_too_large;
        else if (ec == http::error::body_limit)
            fault_ = fault::body_too_large;
        else if (ec == http::error::bad_version && ends_well(machine_->input))
            fault_ = fault::version;
        else if (ec)
            fault_ = fault::malformed;
    }
    return used;
}

}  // namespace server
