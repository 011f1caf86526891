"""OAI-PMH 2.0 (https://www.openarchives.org/OAI/openarchivesprotocol.html): other catalogues harvest our records."""
