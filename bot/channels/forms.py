"""Reading what was posted: no more than a limit, and as exactly the fields that were sent."""

from urllib.parse import parse_qsl

from fastapi import Request

FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 200


class TooBigError(ValueError):
    """More was posted than the limit allows."""


class NotAFormError(ValueError):
    """What was posted is not a form; the message says why, without what was posted."""


async def read_body(request: Request, limit: int) -> bytes:
    """What was posted. Raises TooBigError as soon as it is more than `limit` bytes, without keeping the rest."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > limit:
            raise TooBigError(f"no more than {limit} bytes can be posted here")
    return bytes(body)


def read_form(content_type: str, body: bytes) -> dict[str, str]:
    """The fields of a posted form, each once, word for word. Raises NotAFormError for anything else."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind != FORM:
        raise NotAFormError(f"the content type must be {FORM}")
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(body),
            # A phone can send half a character pair; it is kept here and judged by the intake.
            errors="surrogatepass",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError as error:
        raise NotAFormError("the body is not a form in UTF-8") from error
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise NotAFormError("a field stands in the form twice")
    return fields
