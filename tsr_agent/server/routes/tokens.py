"""Tokens: listed, made and ended by an admin. A token is in the answer that makes it, and nowhere else."""

from __future__ import annotations

from litestar import delete, get, post
from litestar.params import FromPath

from tsr_agent.errors import UsageError
from tsr_agent.models.api import MadeToken, TokenList, TokenRequest, TokenView
from tsr_agent.server.access import TOKEN_KEEPERS
from tsr_agent.server.bodies import decoded
from tsr_agent.server.injected import BodyBytes, CurrentPrincipal, CurrentServices
from tsr_agent.server.problems import Kind, RefusalError, not_found
from tsr_agent.server.token_making import Wanted, make_token


@get("/api/tokens", opt={"roles": TOKEN_KEEPERS}, sync_to_thread=True)
def list_tokens(services: CurrentServices) -> TokenList:
    """Every token that was ever made, without the tokens themselves."""
    return TokenList(items=services.tokens.all())


@post("/api/tokens", opt={"roles": TOKEN_KEEPERS, "body": TokenRequest}, sync_to_thread=True)
def create_token(document: BodyBytes, principal: CurrentPrincipal, services: CurrentServices) -> MadeToken:
    """Make a token. It is in this answer and can't be asked for again."""
    asked = decoded(document, TokenRequest)
    now = services.clock.now()
    wanted = Wanted(
        role=asked.role, subject=asked.subject, project=asked.project, expires_at=asked.expires_at
    )
    try:
        made = make_token(services.tokens, wanted, created_by=principal.subject, now=now)
    except UsageError as error:
        raise RefusalError(Kind.INVALID, error.message, next_step=error.next_step) from error
    services.log.note(
        at=now,
        event="token-created",
        token=made.view.id,
        role=made.view.role.value,
        subject=made.view.subject,
        by=principal.subject,
        by_token=principal.token_id,
    )
    return MadeToken(token=made.text, known=made.view)


@delete("/api/tokens/{token_id:str}", opt={"roles": TOKEN_KEEPERS}, status_code=200, sync_to_thread=True)
def revoke_token(
    token_id: FromPath[str], principal: CurrentPrincipal, services: CurrentServices
) -> TokenView:
    """End a token for good; from the next request on it is none. Doing it again changes nothing."""
    now = services.clock.now()
    ended = services.tokens.revoke(token_id, by=principal.subject, at=now)
    if ended is None:
        raise not_found("There is no such token.")
    services.log.note(
        at=now, event="token-revoked", token=ended.id, by=principal.subject, by_token=principal.token_id
    )
    return ended
