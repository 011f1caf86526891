"""Whoever looks after a webhook is written to when its messages do not arrive."""

from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django_tasks import task

from cms.webhooks.models import Stop, Webhook


@task()
def write(key: int) -> None:
    """Write to a webhook's e-mail address what is wrong with it; nothing where all is well by now."""
    webhook = Webhook.objects.filter(pk=key).exclude(email="").first()
    failing = webhook.failing if webhook else None
    if webhook is None or not (failing or webhook.stopped):
        return
    attempt = failing.attempts.first() if failing else None
    with translation.override(settings.LANGUAGE_CODE):
        lines = [_("The receiver of the webhook “%(name)s” does not take its messages.") % {"name": webhook.name}]
        if attempt:
            status = f" ({attempt.status})" if attempt.status else ""
            lines.append(_("Last attempt: %(problem)s.") % {"problem": f"{attempt.get_problem_display()}{status}"})
        if webhook.stopped:
            lines.append(_("The webhook was stopped: %(reason)s.") % {"reason": Stop(webhook.stopped).label})
            lines.append(_("Once the receiver works again, switch it on: what it missed is told then."))
        else:
            lines.append(_("We go on trying, and then tell all that it missed."))
        lines.append(settings.WAGTAILADMIN_BASE_URL.rstrip("/") + reverse("webhooks:inspect", args=(webhook.pk,)))
        subject = _("Webhook “%(name)s”: messages do not arrive") % {"name": webhook.name}
        send_mail(subject, "\n\n".join(lines), None, [webhook.email])
